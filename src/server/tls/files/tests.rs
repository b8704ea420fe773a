//! Files that change under a member that runs.
#![allow(clippy::unwrap_used)]

use std::fs;

use super::super::testing::Issued;
use super::*;

/// 2027.
const NOW: Time = Time(1_800_000_000_000);

struct Followed {
    dir: tempfile::TempDir,
    follower: Follower,
    concerns: Concerns,
}

impl Followed {
    async fn new(issued: &Issued) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let files = Files { cert: dir.path().join("chain.pem"), key: dir.path().join("key.pem") };
        let certificate = ServingCertificate::default();
        let mut followed =
            Self { dir, follower: Follower::new(files, certificate.clone()), concerns: Concerns::default() };
        followed.write(&issued.chain, &issued.key);
        certificate.show(followed.follower.files.load().await.unwrap());
        followed.look(1).await;
        followed
    }

    fn write(&self, chain: &str, key: &str) {
        fs::write(&self.follower.files.cert, chain).unwrap();
        fs::write(&self.follower.files.key, key).unwrap();
    }

    async fn look(&mut self, times: usize) {
        for _ in 0..times {
            self.follower.look(&self.concerns, NOW).await;
        }
    }

    fn shows(&self, issued: &Issued) -> bool {
        let own = self.follower.certificate.shown().unwrap().certified.cert[0].clone();
        issued.chain.contains(&base64_line(&own))
    }
}

/// The first line of its PEM, which no two have in common: it holds the serial number.
fn base64_line(der: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(&der[..48])
}

#[tokio::test]
async fn a_new_pair_is_shown_and_the_old_one_is_not_any_more() {
    let (old, new) = (Issued::new(&["a.example"]), Issued::new(&["a.example"]));
    let mut followed = Followed::new(&old).await;
    assert!(followed.shows(&old) && !followed.shows(&new));
    followed.write(&new.chain, &new.key);
    followed.look(1).await;
    assert!(followed.shows(&new) && !followed.shows(&old));
    assert!(followed.concerns.all().is_empty());
}

#[tokio::test]
async fn half_of_a_new_pair_is_waited_out_before_anybody_is_told() {
    let (old, new) = (Issued::new(&["a.example"]), Issued::new(&["a.example"]));
    let mut followed = Followed::new(&old).await;
    followed.write(&new.chain, &old.key);
    followed.look(1).await;
    assert!(followed.shows(&old) && followed.concerns.all().is_empty());
    followed.write(&new.chain, &new.key);
    followed.look(1).await;
    assert!(followed.shows(&new) && followed.concerns.all().is_empty());
}

#[tokio::test]
async fn a_broken_pair_is_refused_and_told_until_the_files_are_good_again() {
    let (old, new) = (Issued::new(&["a.example"]), Issued::new(&["a.example"]));
    let mut followed = Followed::new(&old).await;
    followed.write(&new.chain, &old.key);
    followed.look(3).await;
    assert!(followed.shows(&old));
    let said = followed.concerns.all();
    assert!(said.len() == 1 && said[0].words.contains("not the one of the first certificate"), "{said:?}");
    // Broken in another way: that is told then.
    followed.write("", &old.key);
    followed.look(2).await;
    let said = followed.concerns.all();
    assert!(said.len() == 1 && said[0].words.contains("no certificate"), "{said:?}");
    // Gone altogether.
    fs::remove_file(&followed.follower.files.cert).unwrap();
    followed.look(2).await;
    let said = followed.concerns.all();
    assert!(said.len() == 1 && said[0].words.contains("cannot read"), "{said:?}");
    assert!(followed.shows(&old));
    // What was there before is good as well.
    followed.write(&old.chain, &old.key);
    followed.look(1).await;
    assert!(followed.concerns.all().is_empty());
    followed.write(&new.chain, &new.key);
    followed.look(1).await;
    assert!(followed.shows(&new));
}

#[tokio::test]
async fn a_pair_that_has_run_out_takes_the_place_of_none_but_a_member_starts_with_it() {
    let (old, expired) = (Issued::new(&["a.example"]), Issued::until(&["a.example"], 2020));
    let mut followed = Followed::new(&old).await;
    followed.write(&expired.chain, &expired.key);
    followed.look(2).await;
    assert!(followed.shows(&old));
    let said = followed.concerns.all();
    assert!(said.len() == 1 && said[0].words.contains("ran out 2020-01-01"), "{said:?}");
    assert!(followed.follower.files.load().await.is_ok());
}

#[tokio::test]
async fn links_that_are_turned_to_another_folder_are_followed() {
    let (old, new) = (Issued::new(&["a.example"]), Issued::new(&["a.example"]));
    let mut followed = Followed::new(&old).await;
    let folder = followed.dir.path().join("new");
    fs::create_dir(&folder).unwrap();
    for (path, text) in
        [(&followed.follower.files.cert, &new.chain), (&followed.follower.files.key, &new.key)]
    {
        let target = folder.join(path.file_name().unwrap());
        fs::write(&target, text).unwrap();
        fs::remove_file(path).unwrap();
        std::os::unix::fs::symlink(target, path).unwrap();
    }
    followed.look(1).await;
    assert!(followed.shows(&new));
}
