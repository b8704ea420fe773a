//! Members with disks of their own.

use super::Cluster;
use crate::process::Process;
use crate::volume::Volume;

impl Cluster {
    /// [`Cluster::start`] with a file system of so many MiB for each member.
    pub async fn start_on_volumes(binary: &str, count: usize, options: &[&str], mib: u32) -> Self {
        let mut cluster = Self::prepare(binary, options);
        cluster.volume_mib = Some(mib);
        cluster.grow_to(count).await;
        cluster
    }

    /// The file system of a member that has its own.
    pub fn volume(&self, index: usize) -> &Volume {
        &self.volumes[index]
    }

    /// The process of a member that was started.
    pub fn process(&mut self, index: usize) -> &mut Process {
        self.members[index].process.as_mut().expect("the member was started")
    }

    /// Nobody can be ended who waits for a disk.
    pub(super) fn thaw_all(&self) {
        self.volumes.iter().for_each(Volume::thaw_if_frozen);
    }

    pub(super) fn give_volume(&mut self, index: usize) {
        if let Some(mib) = self.volume_mib {
            self.volumes.push(Volume::ext4(&self.data_dir(index), mib));
        }
    }
}
