//! Changes to the text of a kubeconfig that leave everything else as it stands: comments, order, unknown fields.
//!
//! Each change is made twice: to the values, which is simple, and to the text, which keeps what
//! people wrote. The text is read again by another parser, and unless both agree nothing is written.

use std::{path::Path, str::FromStr as _};

use serde_json::{Value, json};
use yaml_edit::{Document, Mapping, Sequence, YamlFile};

use super::entry;
use crate::refusal::Refusal;

/// One change.
#[derive(Clone, Debug)]
pub enum Change {
    /// Puts an entry where one of its name stands, else at the end.
    Put {
        /// The list it belongs to.
        list: &'static str,
        /// The whole entry.
        entry: Value,
    },
    /// Takes an entry out.
    Drop {
        /// The list it stands in.
        list: &'static str,
        /// Its name.
        name: String,
    },
    /// Sets the current context.
    Current(String),
}

const CURRENT: &str = "current-context";

/// The text with all changes made.
pub fn apply(text: &str, changes: &[Change], path: &Path) -> Result<String, Refusal> {
    let before = parse(text, path)?;
    let mut wanted = before.clone();
    changes.iter().for_each(|change| change_value(&mut wanted, change));
    if wanted == before {
        return Ok(text.to_owned());
    }
    let edited = if before.is_null() { fresh(text, &wanted) } else { change_text(text, changes) };
    let edited = edited.ok_or_else(|| unsafe_edit(path))?;
    let after = parse(&edited, path).map_err(|_| unsafe_edit(path))?;
    if before.is_null() || after == wanted { Ok(edited) } else { Err(unsafe_edit(path)) }
}

/// The values of a kubeconfig; null for an empty one.
pub fn parse(text: &str, path: &Path) -> Result<Value, Refusal> {
    let refused = |what: String| {
        Refusal::new("kubeconfig-malformed", format!("{} is no kubeconfig: {what}", path.display()))
            .hint("mend it, or name another with --kubeconfig; nothing was changed")
    };
    // Tabs do not indent YAML; kubectl says so too, but later and in the middle of its work.
    let value: Value = if text.trim().is_empty() {
        Value::Null
    } else {
        serde_saphyr::from_str(text).map_err(|error| refused(first_line(&error.to_string())))?
    };
    match &value {
        Value::Null => Ok(value),
        Value::Object(members) => {
            let odd =
                entry::LISTS.iter().find(|list| members.get(**list).is_some_and(|v| !v.is_null() && !v.is_array()));
            odd.map_or(Ok(()), |list| Err(refused(format!("`{list}` is not a list"))))?;
            Ok(value)
        }
        _ => Err(refused("it is not a mapping".to_owned())),
    }
}

/// Parsers print the line they stumbled over, which may be a key or a token: only what they say about it is passed on.
fn first_line(error: &str) -> String {
    let line = error.lines().next().unwrap_or_default().trim_start_matches("error: ");
    line.chars().take(160).collect()
}

fn unsafe_edit(path: &Path) -> Refusal {
    Refusal::new("kubeconfig-unsafe", format!("{} is written in a way that cannot be changed safely; nothing was changed", path.display()))
        .hint("let kubectl rewrite it (`kubectl config set-context …`), or keep ours in a file of their own with --kubeconfig")
}

fn change_value(document: &mut Value, change: &Change) {
    if document.is_null() {
        *document = json!({ "apiVersion": "v1", "kind": "Config" });
    }
    let Some(members) = document.as_object_mut() else { return };
    match change {
        Change::Put { list, entry } => {
            let items = members.entry(*list).or_insert(Value::Null);
            if !items.is_array() {
                *items = json!([]);
            }
            let Some(items) = items.as_array_mut() else { return };
            match items
                .iter()
                .position(|item| entry::name(item) == entry::name(entry))
                .and_then(|index| items.get_mut(index))
            {
                Some(old) => *old = entry.clone(),
                None => items.push(entry.clone()),
            }
        }
        Change::Drop { list, name } => {
            if let Some(items) = members.get_mut(*list).and_then(Value::as_array_mut) {
                items.retain(|item| entry::name(item) != Some(name));
            }
        }
        Change::Current(name) => drop(members.insert(CURRENT.to_owned(), json!(name))),
    }
}

/// A first kubeconfig, below the comments that may be there already.
fn fresh(text: &str, wanted: &Value) -> Option<String> {
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Some(format!("{text}{gap}{}", yaml(wanted)?))
}

fn change_text(text: &str, changes: &[Change]) -> Option<String> {
    let file = YamlFile::from_str(text).ok()?;
    let root = file.documents().next()?.as_mapping()?;
    // In a file that is JSON, JSON goes in.
    let json = text.trim_start().starts_with('{');
    for change in changes {
        match change {
            Change::Put { list, entry } => put(&root, list, entry, json)?,
            Change::Drop { list, name } => {
                let items = root.get_sequence(*list);
                items.and_then(|items| items.remove(position(&items, name)?));
            }
            Change::Current(name) => {
                // Written by the serialiser, which knows that a context called `y` needs quotes.
                let text = written(&json!({ CURRENT: name }), json)?;
                root.set(CURRENT, Document::from_str(&text).ok()?.as_mapping()?.get(CURRENT)?);
            }
        }
    }
    Some(file.to_string())
}

fn put(root: &Mapping, list: &str, entry: &Value, json: bool) -> Option<()> {
    let items = root.get_sequence(list).filter(|items| !items.is_empty());
    let Some(items) = items else {
        // Absent, null or empty: written anew, in blocks and not as the one long line that `[]` would become.
        let text = written(&json!([entry]), json)?;
        root.set(list, &Document::from_str(&text).ok()?.as_sequence()?);
        return Some(());
    };
    let entry_text = written(entry, json)?;
    let mapping = Document::from_str(&entry_text).ok()?.as_mapping()?;
    match position(&items, entry::name(entry)?) {
        Some(index) => drop(items.set(index, &mapping)),
        None => items.push(&mapping),
    }
    Some(())
}

fn position(items: &Sequence, name: &str) -> Option<usize> {
    items.values().position(|item| {
        item.as_mapping().and_then(|m| m.get("name")?.as_scalar().map(yaml_edit::Scalar::as_string)).as_deref()
            == Some(name)
    })
}

fn written(value: &Value, json: bool) -> Option<String> {
    if json { serde_json::to_string(value).ok() } else { yaml(value) }
}

/// A value as YAML in blocks.
pub fn yaml(value: &Value) -> Option<String> {
    // A certificate is one long word: people and their tools expect it on the line of its key.
    let options = serde_saphyr::ser_options! { folded_wrap_chars: usize::MAX };
    serde_saphyr::to_string_with_options(value, options).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(name: &str) -> Change {
        Change::Put { list: "clusters", entry: json!({ "name": name, "cluster": { "server": "https://new" } }) }
    }

    fn done(text: &str, changes: &[Change]) -> String {
        apply(text, changes, Path::new("config")).unwrap()
    }

    fn refused(text: &str) -> Refusal {
        apply(text, &[put("prod")], Path::new("config")).unwrap_err()
    }

    const PLAIN: &str = "# mine\napiVersion: v1\nkind: Config\nclusters:\n# the old one\n- cluster:\n    server: https://a   # here\n  name: a\ncontexts: []\ncurrent-context: a\npreferences: {}\nmy-own: 1\n";

    #[test]
    fn comments_order_and_unknown_fields_stay() {
        let added = done(PLAIN, &[put("prod"), Change::Current("prod".into())]);
        for line in [
            "# mine\n",
            "# the old one\n",
            "    server: https://a   # here\n",
            "my-own: 1\n",
            "preferences: {}\n",
            "current-context: prod\n",
        ] {
            assert!(added.contains(line), "{line}{added}");
        }
        let removed =
            done(&added, &[Change::Drop { list: "clusters", name: "prod".into() }, Change::Current("a".into())]);
        assert_eq!(removed, PLAIN);
    }

    #[test]
    fn an_entry_is_replaced_where_it_stands() {
        let text = done(PLAIN, &[put("b"), put("c")]);
        let again =
            Change::Put { list: "clusters", entry: json!({ "name": "b", "cluster": { "server": "https://newer" } }) };
        let text = done(&text, &[again]);
        let names: Vec<String> = parse(&text, Path::new("")).unwrap()["clusters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["name"].to_string())
            .collect();
        assert_eq!(names, ["\"a\"", "\"b\"", "\"c\""]);
        assert_eq!(done(&text, &[put("c")]), text);
    }

    #[test]
    fn h76_empty_files_and_null_lists_are_legal() {
        let first = done("", &[put("prod")]);
        assert!(first.contains("kind: Config") && first.contains("https://new"));
        for text in [
            "",
            "\n",
            "# only this\n",
            "apiVersion: v1\n",
            "clusters:\nusers: null\n",
            "clusters: null\nusers:\n",
            "clusters: []\n",
            "{}\n",
            "---\nclusters: []\n",
        ] {
            let after = parse(&done(text, &[put("prod")]), Path::new("")).unwrap();
            assert_eq!(after["clusters"][0]["name"], "prod", "{text}");
        }
        assert!(done("# only this\n", &[put("prod")]).starts_with("# only this\n"));
    }

    #[test]
    fn h76_json_stays_json() {
        let text = r#"{"apiVersion":"v1","clusters":[{"name":"a","cluster":{"server":"https://a"}}],"users":[],"contexts":null}"#;
        let user = Change::Put { list: "users", entry: json!({ "name": "prod", "user": { "token": "t" } }) };
        let after: Value =
            serde_json::from_str(&done(text, &[put("prod"), user, Change::Current("prod".into())])).unwrap();
        assert_eq!(after["clusters"][1]["name"], "prod");
        assert_eq!(after["current-context"], "prod");
    }

    #[test]
    fn h76_anchors_and_merge_keys_stay() {
        let text = "x: &ca\n  certificate-authority: /ca.crt\nclusters:\n- name: a\n  cluster:\n    <<: *ca\n    server: https://a\n";
        let after = done(text, &[put("prod")]);
        assert!(after.starts_with(text), "{after}");
    }

    #[test]
    fn h76_what_is_no_kubeconfig_is_refused_unchanged() {
        for text in [
            "clusters:\n\t- name: a\n",
            "- a\n",
            "just words",
            "clusters: words\n",
            "clusters: {a: 1}\n",
            "a: 1\na: 2\n",
            "a: [",
            "\0",
            "*unknown",
        ] {
            assert_eq!(refused(text).reason(), "kubeconfig-malformed", "{text:?}");
        }
    }

    #[test]
    fn h76_an_anchor_bomb_ends() {
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for i in 1..40 {
            bomb.push_str(&format!("a{i}: &a{i} [*a{0},*a{0},*a{0},*a{0}]\n", i - 1));
        }
        assert_eq!(refused(&bomb).reason(), "kubeconfig-malformed");
    }

    #[test]
    fn errors_show_nothing_of_the_file() {
        let refusal = refused("users:\n- name: a\n  user: {token: sEcReT, x: [}\n");
        assert!(!refusal.to_string().contains("sEcReT"), "{refusal}");
    }

    #[test]
    fn h76_mangled_files_are_refused_or_edited_and_nothing_else() {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % below
        };
        let words = "\n|  |- |: |#|&a |*a|>|'|\"|{|}|[|]|---\n|\t|null|name: prod|é|? |!!str |,";
        let words: Vec<&str> = words.split('|').collect();
        let changes =
            [put("prod"), Change::Current("prod".into()), Change::Drop { list: "clusters", name: "a".into() }];
        let mut edited = 0;
        for _ in 0..400 {
            let mut text = PLAIN.to_owned();
            let (at, length) = (next(text.len() - 6), next(6));
            text.replace_range(at..at + length, words[next(words.len())]);
            match apply(&text, &changes, Path::new("config")) {
                Ok(_) => edited += 1,
                Err(refusal) => assert_eq!(refusal.reason(), "kubeconfig-malformed", "{text:?}"),
            }
        }
        assert!((40..400).contains(&edited), "{edited} of 400");
    }
}
