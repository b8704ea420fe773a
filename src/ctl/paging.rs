//! Lists that are longer than a page.

use clap::Args;
use sentinel_api_types::PAGE_MAX;

/// How much of a list.
#[derive(Args, Clone, Copy, Debug)]
pub struct Paging {
    /// Most entries
    #[arg(long, default_value_t = 50, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub limit: u32,
}

/// One page of a list.
pub trait Page {
    /// Where the next page begins.
    fn next_cursor(&self) -> Option<String>;
    /// How many entries it has.
    fn len(&self) -> usize;
    /// Adds the page behind it.
    fn append(&mut self, next: Self);
}

/// A list type of the API: its entries, its count, its cursor.
macro_rules! pages {
    ($($list:ty: $entries:ident;)*) => {$(
        impl Page for $list {
            fn next_cursor(&self) -> Option<String> {
                self.next_cursor.clone()
            }
            fn len(&self) -> usize {
                self.$entries.len()
            }
            fn append(&mut self, mut next: Self) {
                self.$entries.append(&mut next.$entries);
                self.total = self.$entries.len() as u64;
                self.next_cursor = next.next_cursor;
            }
        }
    )*};
}

pages! {
    sentinel_api_types::api_key::ApiKeyList: api_keys;
    sentinel_api_types::audit::AuditList: entries;
    sentinel_api_types::bundle::BundleList: bundles;
    sentinel_api_types::drift::DriftEventList: drift_events;
    sentinel_api_types::enrolment::EnrolmentTokenList: enrolment_tokens;
    sentinel_api_types::internal_ca::InternalCertificateList: certificates;
    sentinel_api_types::member::MemberList: members;
    sentinel_api_types::node::NodeList: nodes;
    sentinel_api_types::org::OrgList: orgs;
    sentinel_api_types::project::ProjectList: projects;
    sentinel_api_types::rollout::RolloutList: rollouts;
}

impl Paging {
    /// Reads pages until there are enough entries. `fetch` is given the size of the page and where it begins.
    pub async fn collect<L: Page, E>(
        self,
        mut fetch: impl AsyncFnMut(u32, Option<String>) -> Result<L, E>,
    ) -> Result<L, E> {
        let mut list = fetch(self.limit.min(PAGE_MAX), None).await?;
        loop {
            let have = u32::try_from(list.len()).unwrap_or(u32::MAX);
            match list.next_cursor() {
                Some(cursor) if have < self.limit => {
                    list.append(fetch((self.limit - have).min(PAGE_MAX), Some(cursor)).await?);
                }
                _ => return Ok(list),
            }
        }
    }
}

/// Reads pages until `find` finds something, or the list ends.
pub async fn find<L: Page, T, E>(
    mut fetch: impl AsyncFnMut(u32, Option<String>) -> Result<L, E>,
    find: impl Fn(&L) -> Option<T>,
) -> Result<Option<T>, E> {
    let mut cursor = None;
    loop {
        let list = fetch(PAGE_MAX, cursor).await?;
        if let Some(found) = find(&list) {
            return Ok(Some(found));
        }
        match list.next_cursor() {
            Some(next) => cursor = Some(next),
            None => return Ok(None),
        }
    }
}

/// What to say below a table that is not the whole list.
pub fn more<L: Page>(list: &L) -> Option<String> {
    list.next_cursor().map(|_| format!("the first {}; more with --limit", list.len()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sentinel_api_types::audit::{ActorType, AuditActor, AuditEntry, AuditList};

    /// A list of `total` entries, numbered from zero, as a server pages it.
    async fn serve(
        total: u64,
        limit: u32,
        cursor: Option<String>,
    ) -> Result<AuditList, std::convert::Infallible> {
        let from: u64 = cursor.map_or(0, |cursor| cursor.parse().unwrap());
        let to = total.min(from + u64::from(limit));
        let entries: Vec<_> = (from..to).map(entry).collect();
        Ok(AuditList {
            total: entries.len() as u64,
            entries,
            next_cursor: (to < total).then(|| to.to_string()),
        })
    }

    fn entry(seq: u64) -> AuditEntry {
        AuditEntry {
            seq,
            at: sentinel_api_types::Timestamp::UNIX_EPOCH,
            actor: AuditActor { kind: ActorType::System, id: String::new(), name: String::new() },
            action: String::new(),
            resource_type: String::new(),
            resource_id: String::new(),
            project_id: None,
            changes: Default::default(),
            request_id: "00000000-0000-0000-0000-000000000000".parse().unwrap(),
            log_index: 0,
        }
    }

    #[tokio::test]
    async fn pages_are_read_until_there_are_enough_entries_or_no_more() {
        for (total, limit, expected) in [(1_000, 450, 450), (30, 450, 30), (0, 50, 0), (200, 200, 200)] {
            let paging = Paging { limit };
            let list = paging.collect(async |limit, cursor| serve(total, limit, cursor).await).await.unwrap();
            assert_eq!(list.total, expected);
            let seqs: Vec<_> = list.entries.iter().map(|entry| entry.seq).collect();
            assert_eq!(seqs, (0..expected).collect::<Vec<_>>());
            assert_eq!(more(&list).is_some(), total > expected);
        }
    }

    #[tokio::test]
    async fn looking_for_something_reads_as_many_pages_as_it_takes() {
        let look = async |seq: u64| {
            find(
                async |limit, cursor| serve(1_000, limit, cursor).await,
                |list| list.entries.iter().find(|entry| entry.seq == seq).map(|entry| entry.seq),
            )
            .await
            .unwrap()
        };
        assert_eq!(look(999).await, Some(999));
        assert_eq!(look(1_000).await, None);
    }
}
