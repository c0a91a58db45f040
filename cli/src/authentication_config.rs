//! `kubectl mint authentication-config`: lets kube-apiserver itself read the mint's bearers.

use std::fs;

use kubemint_core::resource::Resource;

use crate::{
    args::{AuthenticationConfigArgs, ConfigVersion},
    context::Context,
    home::lower,
    http::Authorities,
    kept::check_cluster,
    mint::{self, Mint},
    output,
    refusal::Refusal,
};

/// Prints the document.
pub fn run(context: &Context, args: &AuthenticationConfigArgs) -> Result<(), Refusal> {
    check_cluster(&args.cluster)?;
    let issuer = match &args.issuer {
        Some(url) => mint::issuer(url)?,
        None => Mint::require(&context.home).map_err(|refusal| refusal.hint("name the mint with --issuer URL"))?.issuer,
    };
    let ca = args.certificate_authority.as_ref().map(|path| -> Result<String, Refusal> {
        let pem = fs::read(path)
            .map_err(|error| Refusal::usage(format!("{} cannot be read: {}", path.display(), lower(&error))))?;
        Authorities::parse(&pem, path)?;
        Ok(String::from_utf8_lossy(&pem).into_owned())
    });
    output::text(&render(&issuer, &args.cluster, args.api_version, ca.transpose()?.as_deref()))
}

fn render(issuer: &str, cluster: &str, version: ConfigVersion, ca: Option<&str>) -> String {
    let version = match version {
        ConfigVersion::V1beta1 => "v1beta1",
        ConfigVersion::V1 => "v1",
    };
    let audience = Resource::Cluster(cluster.to_owned()).url(issuer);
    let mut authority = String::new();
    if let Some(pem) = ca {
        authority.push_str("    certificateAuthority: |\n");
        for line in pem.lines().map(str::trim_end).filter(|line| !line.is_empty()) {
            authority.extend(["      ", line, "\n"]);
        }
    }
    format!(
        r#"# Bearers of {issuer} for the cluster {cluster}.
apiVersion: apiserver.config.k8s.io/{version}
kind: AuthenticationConfiguration
jwt:
- issuer:
    url: {issuer}
    audiences:
    - {audience}
{authority}  claimValidationRules:
  # A grant with its holder's signature cut off must not pass for a bearer.
  - expression: '!has(claims.cnf)'
    message: bound to a key, so not a bearer
  - expression: 'has(claims.sub) && claims.sub != ""'
    message: no subject
  claimMappings:
    username:
      expression: 'claims.username'
    groups:
      expression: 'has(claims.groups) ? dyn(claims.groups) : []'
    uid:
      expression: 'claims.sub'
  userValidationRules:
  - expression: 'user.username != "" && !user.username.startsWith("system:")'
    message: names of the cluster's own are not the mint's to give
  - expression: 'user.groups.all(group, !group.startsWith("system:"))'
    message: groups of the cluster's own are not the mint's to give
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn parsed(ca: Option<&str>) -> Value {
        serde_saphyr::from_str(&render("https://mint.example", "prod", ConfigVersion::V1, ca)).unwrap()
    }

    #[test]
    fn h49_refuses_what_is_bound_to_a_key() {
        let document = parsed(None);
        let rules = document["jwt"][0]["claimValidationRules"].as_array().unwrap();
        assert!(rules.iter().any(|rule| rule["expression"] == "!has(claims.cnf)"));
        assert_eq!(document["jwt"][0]["issuer"]["audiences"][0], "https://mint.example/clusters/prod");
        assert_eq!(document["jwt"][0]["issuer"].get("certificateAuthority"), None);
    }

    #[test]
    fn the_authority_stands_as_it_was_given() {
        let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert_eq!(parsed(Some(pem))["jwt"][0]["issuer"]["certificateAuthority"], pem);
        assert_eq!(parsed(Some(&pem.replace('\n', "\r\n")))["jwt"][0]["issuer"]["certificateAuthority"], pem);
    }
}
