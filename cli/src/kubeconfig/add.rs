//! `kubectl mint kubeconfig add`: writes or prints the entries of clusters.

use std::{
    collections::BTreeMap,
    env,
    path::{Path, PathBuf},
};

use kubemint_core::resource::Resource;
use serde_json::Value;

use super::{
    edit::{self, Change},
    entry::{self, Entry, LISTS, Means, Owner},
    file::Locked,
    places::Places,
};
use crate::{
    args::AddArgs, clusters, context::Context, exchange::Exchange, face, kept::check_cluster, key, known::Known,
    mint::Mint, output, refusal::Refusal, session,
};

const PROGRAM: &str = "kubectl-mint";

/// Writes entries into kubeconfig files, or prints a kubeconfig.
pub fn run(context: &Context, args: &AddArgs) -> Result<(), Refusal> {
    let mut known = choose(context, args)?;
    if args.embed_token {
        return print_with_tokens(context, args, &known);
    }
    for cluster in known.iter_mut().filter(|_| !args.which.mint) {
        // Said here, remembered here: `token` signs for an unchecked certificate only after this.
        cluster.insecure = args.insecure_skip_tls_verify;
        cluster.save(&context.home)?;
    }
    if args.insecure_skip_tls_verify {
        context.say(format_args!("kubectl-mint: warning: the server's certificate will not be checked; whoever stands in between gets your access"));
    }
    let command = args.exec_command.clone().unwrap_or_else(program);
    let entries: Vec<Entry<'_>> =
        known.iter().map(|cluster| entry(args, cluster, Means::Exec(&command))).collect::<Result<_, _>>()?;
    if args.print { print(&entries) } else { write(context, args, &entries) }
}

/// What is asked for: the mint, one cluster as remembered, or all as the mint says now.
fn choose(context: &Context, args: &AddArgs) -> Result<Vec<Known>, Refusal> {
    if args.which.mint {
        return Ok(vec![face::known(&context.home)?]);
    }
    let Some(name) = &args.which.cluster else {
        let known = clusters::refresh_or_recall(context)?;
        let none = || {
            Refusal::new("cluster-unknown", "no rule of the mint lets you see a cluster").hint("ask its administrator")
        };
        return if known.is_empty() { Err(none()) } else { Ok(known) };
    };
    check_cluster(name)?;
    Mint::require(&context.home)?;
    if let Some(known) = Known::load(&context.home, name)? {
        return Ok(vec![known]);
    }
    let known = clusters::refresh(context)?;
    let names: Vec<&str> = known.iter().map(|cluster| cluster.name.as_str()).collect();
    let hint = format!("you may see: {}", if names.is_empty() { "none".to_owned() } else { names.join(", ") });
    let found = known.iter().find(|cluster| cluster.name == *name).cloned();
    found.map(|cluster| vec![cluster]).ok_or_else(|| {
        Refusal::new("cluster-unknown", format!("there is no cluster `{name}` that you may see")).hint(hint)
    })
}

fn entry<'a>(args: &'a AddArgs, cluster: &'a Known, means: Means<'a>) -> Result<Entry<'a>, Refusal> {
    let resource = if args.which.mint { Resource::Mint } else { Resource::Cluster(cluster.name.clone()) };
    Ok(Entry {
        owner: Owner { issuer: cluster.issuer.clone(), resource },
        address: cluster.address(args.endpoint.as_deref())?,
        name: format!("{}{}", args.prefix, cluster.name),
        namespace: args.namespace.as_deref().or(cluster.namespace.as_deref()),
        means,
        cluster,
    })
}

/// The plain name where a shell would find it, else where it stands.
fn program() -> String {
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default()).any(|folder| folder.join(PROGRAM).is_file());
    let here = env::current_exe().ok().filter(|_| !found);
    here.map_or_else(|| PROGRAM.to_owned(), |path| path.display().to_string())
}

fn print(entries: &[Entry<'_>]) -> Result<(), Refusal> {
    let current = entries.first().map(|entry| entry.name.clone()).unwrap_or_default();
    let mut changes: Vec<Change> = entries.iter().flat_map(puts).collect();
    changes.push(Change::Current(current));
    output::text(&edit::apply("", &changes, Path::new("the kubeconfig"))?)
}

/// A standalone kubeconfig: a secret, and it says so.
fn print_with_tokens(context: &Context, args: &AddArgs, known: &[Known]) -> Result<(), Refusal> {
    let mint = Mint::require(&context.home)?;
    let key = key::require(&context.home)?;
    let session = session::require_live(context, &mint)?;
    let connection = mint.connect(context, Mint::ca(&context.home)?.as_deref())?;
    let exchange = Exchange { issuer: &mint.issuer, mint: &connection, key: &key };
    let known: Vec<Known> =
        known.iter().map(|k| Known { insecure: args.insecure_skip_tls_verify, ..k.clone() }).collect();
    let bearers =
        known.iter().map(|cluster| exchange.bearer(&session, &cluster.name)).collect::<Result<Vec<_>, _>>()?;
    let entries =
        known.iter().zip(&bearers).map(|(cluster, bearer)| entry(args, cluster, Means::Bearer(&bearer.token)));
    print(&entries.collect::<Result<Vec<_>, _>>()?)?;
    if let Some(first) = bearers.iter().map(|bearer| bearer.expires_at).min() {
        let until = kubemint_core::date::rfc3339(first);
        context.say(format_args!(
            "kubectl-mint: this kubeconfig is a secret: whoever has it has your access until {until}"
        ));
    }
    Ok(())
}

fn write(context: &Context, args: &AddArgs, entries: &[Entry<'_>]) -> Result<(), Refusal> {
    let places = Places::find(args.kubeconfig.clone())?;
    let target = places.target().to_owned();
    let existing = places.all().iter().filter(|path| path.exists() || **path == target);
    let files = Locked::all(existing)?;
    let documents = files.iter().map(|file| edit::parse(&file.text, &file.path)).collect::<Result<Vec<_>, _>>()?;
    refuse_taken(&documents, entries)?;
    let mut changes: BTreeMap<&PathBuf, Vec<Change>> = BTreeMap::new();
    for entry in entries {
        // An entry of ours is renewed where it stands; the first file wins.
        let home = places.all().iter().find(|path| {
            let document =
                files.iter().zip(&documents).find(|(file, _)| file.path == **path).map(|(_, document)| document);
            document.is_some_and(|document| {
                entry::items(document, "contexts").iter().any(|item| entry::name(item) == Some(&entry.name))
            })
        });
        changes.entry(home.unwrap_or(&target)).or_default().extend(puts(entry));
    }
    if let Some(first) = entries.first().filter(|_| args.use_it) {
        changes.entry(&target).or_default().push(Change::Current(first.name.clone()));
    }
    for file in &files {
        let Some(changes) = changes.get(&file.path) else { continue };
        let verb = if file.save(changes)? { "written" } else { "was up to date" };
        context.say(format_args!("{} {verb}.", file.path.display()));
    }
    told(context, args, entries);
    Ok(())
}

fn told(context: &Context, args: &AddArgs, entries: &[Entry<'_>]) {
    let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    context.say(format_args!("Contexts: {}", names.join(", ")));
    let next = if args.which.mint { "get clusters" } else { "auth whoami" };
    match (names.first(), args.use_it) {
        (Some(_), true) => context.say(format_args!("Next: kubectl {next}")),
        (Some(first), false) => context.say(format_args!("Next: kubectl --context {first} {next}")),
        (None, _) => {}
    }
}

fn puts(entry: &Entry<'_>) -> Vec<Change> {
    entry.render().into_iter().map(|(list, entry)| Change::Put { list, entry }).collect()
}

/// An entry of the same name that somebody else made stays as it is, and so does everything else.
fn refuse_taken(documents: &[Value], entries: &[Entry<'_>]) -> Result<(), Refusal> {
    for entry in entries {
        let taken =
            |item: &Value| entry::name(item) == Some(&entry.name) && entry::owner(item).as_ref() != Some(&entry.owner);
        let list =
            LISTS.iter().find(|list| documents.iter().any(|document| entry::items(document, list).iter().any(taken)));
        if let Some(list) = list {
            let sentence =
                format!("`{}` stands in `{list}` already, and this plugin did not make it for this server", entry.name);
            return Err(Refusal::new("entry-taken", sentence)
                .hint("choose other names with --prefix, for instance --prefix mint-; nothing was changed"));
        }
    }
    Ok(())
}
