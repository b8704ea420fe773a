//! Something else listens where a member is looked for.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::cli::User;

/// Answers every request with this status and a page, like a web server that knows nothing of us.
fn web_server(status: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let page = "<!DOCTYPE html>\n<html>\n<h1>It works!</h1>\n</html>\n";
            let head = format!("HTTP/1.1 {status}\r\ncontent-type: text/html\r\nconnection: close\r\n");
            let _ = write!(stream, "{head}content-length: {}\r\n\r\n{page}", page.len());
        }
    });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_said_in_a_line_and_its_page_is_not_shown() {
    let user = User::stranger().await;
    for status in ["404 Not Found", "200 OK", "501 Not Implemented", "502 Bad Gateway", "302 Found"] {
        let url = web_server(status);
        let environment = [("SENTINEL_CP_TOKEN", "scp_x"), ("SENTINEL_CP_SERVER", url.as_str())];
        let said = user.run_as(&["project", "show", "shop"], "", &environment).failed(1);
        assert!(said.contains(&url) && said.contains("another program listens there"), "{said}");
        assert!(!said.contains('<') && said.lines().count() == 2, "{said}");
        let login = ["login", "--server", &url, "--email", "ada@example.com", "--password-stdin"];
        let login = user.run_with(&login, "the password").failed(1);
        assert!(login.contains("another program listens there") && !login.contains('<'), "{login}");
    }
}
