//! Compiled, signed configurations. Archives are downloaded over REST, in ranges.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, id, query};
use crate::proto::bundle_service_server::BundleService;
use crate::proto::{
    AssignBundleRequest, BundleAssigned, BundleBody, BundleCreated, BundleDiff, BundleList, BundleSource,
    BundleValidation, BundleVerification, CreateBundleRequest, DiffBundlesRequest, GetBundleRequest,
    GetBundleSourceRequest, ListBundlesRequest, RevokeBundleRequest, ValidateBundleRequest,
    VerifyBundleRequest,
};

#[tonic::async_trait]
impl BundleService for Admin {
    async fn list_bundles(&self, request: Request<ListBundlesRequest>) -> Answer<BundleList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_bundles(&caller, &asked.project, &query(&asked, &["project"])?).await)
    }

    async fn create_bundle(&self, request: Request<CreateBundleRequest>) -> Answer<BundleCreated> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_bundle(&caller, &asked.project, body(&asked)?).await)
    }

    async fn validate_bundle(&self, request: Request<ValidateBundleRequest>) -> Answer<BundleValidation> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.validate_bundle(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_bundle(&self, request: Request<GetBundleRequest>) -> Answer<BundleBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_bundle(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn assign_bundle(&self, request: Request<AssignBundleRequest>) -> Answer<BundleAssigned> {
        let (caller, asked) = open(request)?;
        answer(
            &caller,
            self.app.assign_bundle(&caller, &asked.project, id("id", &asked.id)?, body(&asked)?).await,
        )
    }

    async fn diff_bundles(&self, request: Request<DiffBundlesRequest>) -> Answer<BundleDiff> {
        let (caller, asked) = open(request)?;
        let against = id("against", &asked.against)?;
        answer(&caller, self.app.diff_bundles(&caller, &asked.project, id("id", &asked.id)?, against).await)
    }

    async fn revoke_bundle(&self, request: Request<RevokeBundleRequest>) -> Answer<BundleBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.revoke_bundle(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn get_bundle_source(&self, request: Request<GetBundleSourceRequest>) -> Answer<BundleSource> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.bundle_source(&caller, &asked.project, id("id", &asked.id)?).await)
    }

    async fn verify_bundle(&self, request: Request<VerifyBundleRequest>) -> Answer<BundleVerification> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.verify_bundle(&caller, &asked.project, id("id", &asked.id)?).await)
    }
}
