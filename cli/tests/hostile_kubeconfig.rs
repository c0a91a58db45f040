//! Hostile kubeconfig files: edited where they are legal, else refused and left as they are.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code")]

mod rig;

use std::fs;

use rig::{
    Rig,
    kubeconfig::{OTHERS, add, refused, view},
    set_mode,
};

#[test]
fn h76_legal_oddities_are_edited() {
    let rig = Rig::signed_in();
    for (name, text) in [
        ("empty", ""),
        ("comment", "# later\n"),
        ("nulls", "apiVersion: v1\nkind: Config\nclusters: null\ncontexts:\nusers: null\ncurrent-context: \"\"\n"),
        ("json", "{\"kind\":\"Config\",\"apiVersion\":\"v1\",\"clusters\":[],\"users\":null,\"contexts\":[]}"),
        (
            "anchors",
            "x: &s https://other.example\nclusters:\n- name: other\n  cluster: {server: *s}\nusers: []\ncontexts: []\n",
        ),
    ] {
        let path = rig.path(name);
        fs::write(&path, text).unwrap();
        let ended = rig.run(&["kubeconfig", "add", "--cluster", "prod", "--use", "--kubeconfig", name]);
        assert_eq!(ended.status, 0, "{name}: {}", ended.stderr);
        assert_eq!(view(&path)["current-context"], "prod", "{name}");
        assert_eq!(rig.run(&["kubeconfig", "remove", "--all", "--kubeconfig", name]).status, 0, "{name}");
        assert!(!fs::read_to_string(&path).unwrap().contains("kubemint.dev"), "{name}");
    }
}

#[test]
fn h76_files_that_are_none_are_refused_unchanged() {
    let rig = Rig::signed_in();
    fs::write(rig.path("config"), "clusters:\n\t- name: a\n").unwrap();
    refused(&add(&rig), "kubeconfig-malformed");
    assert_eq!(fs::read_to_string(rig.path("config")).unwrap(), "clusters:\n\t- name: a\n");
    fs::write(rig.path("config"), b"\xff\xfe").unwrap();
    refused(&add(&rig), "kubeconfig-unreadable");
    fs::remove_file(rig.path("config")).unwrap();
    fs::create_dir(rig.path("config")).unwrap();
    refused(&add(&rig), "kubeconfig-unreadable");
    assert_eq!(fs::read_dir(rig.folder.path()).unwrap().count(), 2, "no lock and no draft is left");
}

#[test]
fn h76_a_hundred_mebibytes_are_not_read() {
    let rig = Rig::signed_in();
    fs::File::create(rig.path("config")).unwrap().set_len(100 << 20).unwrap();
    refused(&add(&rig), "kubeconfig-too-large");
    assert_eq!(fs::metadata(rig.path("config")).unwrap().len(), 100 << 20);
}

#[test]
fn h76_a_symlink_stays_one_and_its_target_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let rig = Rig::signed_in();
    fs::create_dir(rig.path("dotfiles")).unwrap();
    fs::write(rig.path("dotfiles/kube"), OTHERS).unwrap();
    set_mode(&rig.path("dotfiles/kube"), 0o640);
    std::os::unix::fs::symlink("dotfiles/kube", rig.path("config")).unwrap();
    assert_eq!(add(&rig).status, 0);
    assert!(fs::symlink_metadata(rig.path("config")).unwrap().is_symlink());
    assert!(fs::read_to_string(rig.path("dotfiles/kube")).unwrap().contains("kubemint.dev/owner"));
    assert_eq!(fs::metadata(rig.path("dotfiles/kube")).unwrap().permissions().mode() & 0o777, 0o640);
    fs::remove_file(rig.path("dotfiles/kube")).unwrap();
    assert_eq!(add(&rig).status, 0);
    assert_eq!(fs::metadata(rig.path("dotfiles/kube")).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn h76_a_folder_that_cannot_be_written_is_named() {
    let rig = Rig::signed_in();
    // Also for root, whom no mode stops: no folder of /proc takes files.
    let ended = rig.run(&["kubeconfig", "add", "--cluster", "prod", "--kubeconfig", "/proc/self/task/config"]);
    refused(&ended, "kubeconfig-unwritable");
    assert!(ended.stderr.contains("/proc/self/task/config.lock"), "{}", ended.stderr);
}

#[test]
fn h76_a_stale_lock_is_named_and_nothing_is_changed() {
    let rig = Rig::signed_in();
    fs::write(rig.path("config"), OTHERS).unwrap();
    fs::write(rig.path("config.lock"), "").unwrap();
    let ended = add(&rig);
    refused(&ended, "kubeconfig-locked");
    assert!(ended.stderr.contains("config.lock") && ended.stderr.contains("remove the lock file"), "{}", ended.stderr);
    assert_eq!(fs::read_to_string(rig.path("config")).unwrap(), OTHERS);
}

#[test]
fn h76_killed_in_the_middle_leaves_the_old_file_or_the_new() {
    let rig = Rig::signed_in();
    let mut others = OTHERS.to_owned();
    (0..2000).for_each(|i| others.push_str(&format!("note-{i}: {i}\n")));
    for round in 0..12 {
        fs::write(rig.path("config"), &others).unwrap();
        let mut child = rig
            .command(&["kubeconfig", "add", "--cluster", "prod"])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(round * 4));
        child.kill().unwrap();
        child.wait().unwrap();
        let text = fs::read_to_string(rig.path("config")).unwrap();
        let new = text.contains("kubemint.dev/owner") && text.contains("note-1999: 1999");
        assert!(text == others || new, "neither the old file nor the new one");
        drop(fs::remove_file(rig.path("config.lock")));
    }
}
