//! Makes `web/dist` from `web` when it is older than its sources; costs a few `stat` calls when it is not.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// Everything that the built UI depends on, relative to `web`.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "scripts",
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "vite.config.ts",
    "tsconfig.json",
    "postcss.config.cjs",
];
/// Written by `npm run build` as its last act.
const STAMP: &str = "dist/.built";
/// Oldest Node.js that the tools run on.
const NODE_MIN: u32 = 20;
const HEADLESS_HINT: &str = "or set SENTINEL_UI=skip to build without the web UI";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(sentinel_ui_headless)");
    println!("cargo::rerun-if-env-changed=SENTINEL_UI");
    println!("cargo::rerun-if-changed=build.rs");
    match std::env::var("SENTINEL_UI").as_deref() {
        Ok("skip") => println!("cargo::rustc-cfg=sentinel_ui_headless"),
        Err(_) | Ok("" | "build") => {
            if let Err(message) = build(Path::new("web")) {
                for line in message.lines() {
                    println!("cargo::error={line}");
                }
            }
        }
        Ok(other) => println!("cargo::error=SENTINEL_UI is '{other}'; it can be 'skip' or 'build'"),
    }
}

fn build(web: &Path) -> Result<(), String> {
    for source in SOURCES.iter().filter(|source| web.join(source).exists()) {
        println!("cargo::rerun-if-changed=web/{source}");
    }
    println!("cargo::rerun-if-changed=web/{STAMP}");
    if is_built(web)? {
        return Ok(());
    }
    // Two profiles may build at once; the second one finds the work done.
    let lock = File::create(web.join(".build.lock")).map_err(|error| format!("web/.build.lock: {error}"))?;
    lock.lock().map_err(|error| format!("web/.build.lock: {error}"))?;
    if is_built(web)? {
        return Ok(());
    }
    require_node()?;
    let newest = newest_source(web)?;
    if !is_installed(web)? {
        npm(web, &["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    }
    npm(web, &["run", "build"])?;
    // The stamp takes the age of the sources: a stamp younger than this run would make cargo run this script once more.
    File::options()
        .append(true)
        .open(web.join(STAMP))
        .and_then(|stamp| stamp.set_modified(newest))
        .map_err(|error| format!("'npm run build' left no web/{STAMP}: {error}"))
}

fn is_built(web: &Path) -> Result<bool, String> {
    Ok(match modified(&web.join(STAMP))? {
        Some(stamp) => newest_source(web)? <= stamp,
        None => false,
    })
}

/// `npm ci` writes its own copy of the lock file last.
fn is_installed(web: &Path) -> Result<bool, String> {
    let installed = modified(&web.join("node_modules/.package-lock.json"))?;
    let lock = modified(&web.join("package-lock.json"))?;
    Ok(installed.is_some() && installed >= lock)
}

fn newest_source(web: &Path) -> Result<SystemTime, String> {
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut open: Vec<_> = SOURCES.iter().map(|source| web.join(source)).collect();
    while let Some(path) = open.pop() {
        let Some(time) = modified(&path)? else { continue };
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.contains(".test.") {
            continue;
        }
        // Folders count too: their time tells of removed files.
        newest = newest.max(time);
        if path.is_dir() {
            let entries = fs::read_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
            for entry in entries {
                open.push(entry.map_err(|error| format!("{}: {error}", path.display()))?.path());
            }
        }
    }
    Ok(newest)
}

fn modified(path: &Path) -> Result<Option<SystemTime>, String> {
    match fs::metadata(path).and_then(|metadata| metadata.modified()) {
        Ok(time) => Ok(Some(time)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", path.display())),
    }
}

fn require_node() -> Result<(), String> {
    let install = format!("install Node.js {NODE_MIN} or newer with npm 10 or newer, {HEADLESS_HINT}");
    let output = Command::new("node").arg("--version").output();
    let version = match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => return Err(format!("the web UI needs Node.js, and there is no 'node' here: {install}")),
    };
    let major = version.trim_start_matches('v').split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_none_or(|major| major < NODE_MIN) {
        return Err(format!(
            "the web UI needs Node.js {NODE_MIN} or newer, and this is '{version}': {install}"
        ));
    }
    match Command::new("npm").arg("--version").output() {
        Ok(output) if output.status.success() => Ok(()),
        _ => Err(format!("the web UI needs npm, and there is no 'npm' here: {install}")),
    }
}

fn npm(web: &Path, arguments: &[&str]) -> Result<(), String> {
    let line = format!("npm {}", arguments.join(" "));
    let output = Command::new("npm")
        .args(arguments)
        .current_dir(web)
        .output()
        .map_err(|error| format!("{line} does not start: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let tail: Vec<&str> = out.lines().chain(err.lines()).collect();
    let tail = tail[tail.len().saturating_sub(40)..].join("\n");
    Err(format!("'{line}' in ui/web failed ({}); mend it, {HEADLESS_HINT}:\n{tail}", output.status))
}
