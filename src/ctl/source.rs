//! Texts that people give to commands: files, or standard input.

use std::fs;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

/// The name for messages, and the text, which is `what`, such as "a configuration". Too much of it is refused here already.
pub fn read(file: &Path, most: usize, what: &str) -> anyhow::Result<(String, String)> {
    let (name, bytes) = if file == Path::new("-") {
        let mut bytes = Vec::new();
        let mut input = std::io::stdin().lock().take(most as u64 + 1);
        input.read_to_end(&mut bytes).context("cannot read standard input")?;
        ("standard input".to_owned(), bytes)
    } else {
        let size = fs::metadata(file).with_context(|| format!("cannot read {}", file.display()))?.len();
        if size > most as u64 {
            bail!("{} has {size} bytes; {what} may have {most}", file.display());
        }
        (
            file.display().to_string(),
            fs::read(file).with_context(|| format!("cannot read {}", file.display()))?,
        )
    };
    if bytes.len() > most {
        bail!("{name} is longer than {most} bytes, which is what {what} may have");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(error) => {
            bail!("{name} is not UTF-8 text: a wrong byte at offset {}", error.utf8_error().valid_up_to())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MOST: usize = 1_000;
    const WHAT: &str = "a configuration";

    #[test]
    fn a_configuration_is_a_text_of_limited_length() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edge.kdl");
        fs::write(&file, "routes {}\n").unwrap();
        assert_eq!(read(&file, MOST, WHAT).unwrap().1, "routes {}\n");
        fs::write(&file, b"routes \xff").unwrap();
        assert!(read(&file, MOST, WHAT).unwrap_err().to_string().contains("offset 7"));
        fs::write(&file, vec![b' '; MOST + 1]).unwrap();
        assert!(read(&file, MOST, WHAT).unwrap_err().to_string().contains("a configuration may have"));
        assert!(read(&folder.path().join("none.kdl"), MOST, WHAT).is_err());
    }
}
