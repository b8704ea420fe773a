//! Projects at a glance.

use tonic::Request;

use crate::admin::{Admin, Answer, answer, open};
use crate::message::{body, query};
use crate::proto::project_service_server::ProjectService;
use crate::proto::{
    CreateProjectRequest, GetOverviewRequest, GetProjectRequest, ListProjectsRequest, Overview, ProjectBody,
    ProjectList, UpdateProjectRequest,
};

#[tonic::async_trait]
impl ProjectService for Admin {
    async fn list_projects(&self, request: Request<ListProjectsRequest>) -> Answer<ProjectList> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.list_projects(&caller, &asked.org, &query(&asked, &["org"])?).await)
    }

    async fn create_project(&self, request: Request<CreateProjectRequest>) -> Answer<ProjectBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.create_project(&caller, &asked.org, body(&asked)?).await)
    }

    async fn get_project(&self, request: Request<GetProjectRequest>) -> Answer<ProjectBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.show_project(&caller, &asked.project).await)
    }

    async fn update_project(&self, request: Request<UpdateProjectRequest>) -> Answer<ProjectBody> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.update_project(&caller, &asked.project, body(&asked)?).await)
    }

    async fn get_overview(&self, request: Request<GetOverviewRequest>) -> Answer<Overview> {
        let (caller, asked) = open(request)?;
        answer(&caller, self.app.overview(&caller, &asked.project).await)
    }
}
