//! The rig itself: a real kube-apiserver that every kubectl reaches and that refuses whom it does not know.

use anyhow::Result;
use kubemint_tests::ca::Authority;
use kubemint_tests::cluster::{Authentication, Cluster};
use kubemint_tests::etcd::Etcd;
use kubemint_tests::kubectl::Person;
use kubemint_tests::run::Run;
use kubemint_tests::tools::Kubectl;

#[test]
fn every_kubectl_reaches_the_cluster_and_a_stranger_does_not() -> Result<()> {
    let run = Run::new("cluster")?;
    let ca = Authority::new(&run, "ca")?;
    let etcd = Etcd::start(&run)?;
    let cluster = Cluster::start(&run, &etcd, &ca, "prod", &Authentication::None)?;
    let neighbour = Cluster::start(&run, &etcd, &ca, "staging", &Authentication::None)?;

    let admin = Person::new(&run, "admin")?.with(&run, &cluster.admin())?;
    let nobody = Person::new(&run, "nobody")?.with(&run, &cluster.bearer("a.b.c"))?;
    for release in Kubectl::ALL {
        let said = admin.kubectl(release, &["get", "namespaces", "--output", "name"])?.ok()?;
        assert!(said.contains("namespace/kube-system"), "{release:?}: {said}");
        let answer = nobody.kubectl(release, &["get", "namespaces"])?;
        assert!(answer.is_unauthorized(), "{release:?}: {answer}");
    }
    let version = admin.kubectl(Kubectl::Current, &["version"])?.ok()?;
    assert!(version.contains("Server Version: v1."), "{version}");

    admin.kubectl(Kubectl::Current, &["create", "namespace", "shop"])?.ok()?;
    let other = Person::new(&run, "other")?.with(&run, &neighbour.admin())?;
    let said = other.kubectl(Kubectl::Current, &["get", "namespaces", "--output", "name"])?.ok()?;
    assert!(!said.contains("namespace/shop"), "two clusters of one etcd see each other: {said}");
    Ok(())
}
