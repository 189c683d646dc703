use clade_domain::{Action, Role};
use clade_server::{Mode, openapi};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::{Person, Server, client, run_file, text};

/// A route as the API document has it.
struct Known {
    method: Method,
    path: String,
    right: String,
    name: String,
}

fn routes() -> Vec<Known> {
    let document = openapi();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            all.push(Known {
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.trim_start_matches("/api/v1").to_owned(),
                right: text(&operation["x-right"]),
                name: text(&operation["operationId"]),
            });
        }
    }
    all
}

/// Who may do what is decided by the table alone, on every route, in one's own workspace and in others.
#[tokio::test]
async fn every_route_lets_in_whom_the_table_lets_in_and_nobody_else() {
    let server = Server::start(Mode::Accounts).await;
    let keeper = server.person("keeper", true).await;
    let admin = server.person("admin", false).await;
    let (north, south) = (server.workspace("north", &admin).await, server.workspace("south", &keeper).await);
    let (user, viewer) = (server.person("user", false).await, server.person("viewer", false).await);
    server.join(&north, &user, Role::User, &admin).await;
    server.join(&north, &viewer, Role::Viewer, &admin).await;
    let created = |person: Person, workspace: String| async move {
        let mut file = run_file(60);
        file["start"] = json!(false);
        text(&person.post(&format!("/workspaces/{workspace}/runs"), file, 201).await["run"])
    };
    let own_run = created(admin.clone(), north.to_string()).await;
    let other_run = created(keeper.clone(), south.to_string()).await;
    let people = [
        (Some(Role::Viewer), false, &viewer),
        (Some(Role::User), false, &user),
        (Some(Role::Admin), false, &admin),
        (None, true, &keeper),
    ];
    let routes = routes();
    assert!(routes.len() > 60, "{}", routes.len());
    for route in &routes {
        let in_workspace = route.path.contains("{workspace}") || route.path.contains("{run}");
        let action = Action::ALL.iter().find(|action| action.name() == route.right);
        let at = |workspace: &str, run: &str| {
            let path = route.path.replace("{workspace}", workspace).replace("{run}", run);
            let path = path.replace("{user}", "nobody00").replace("{kind}", "prompt").replace("{generation}", "latest");
            path.replace("{candidate}", "seed").replace(['{', '}'], "")
        };
        let anonymous =
            client().request(route.method.clone(), format!("{}/api/v1{}", server.url, at("north", &own_run)));
        let refused = anonymous.send().await.unwrap().status() == StatusCode::UNAUTHORIZED;
        let open = route.right == "none";
        assert!(refused != open || route.name.ends_with("invitation"), "{} without credentials", route.name);
        let Some(action) = action else {
            assert!(open || route.right == "signed_in", "{} asks for the unknown right {}", route.name, route.right);
            continue;
        };
        for (member, instance, person) in &people {
            let role_may = member.is_some_and(|role| role.permits(*action));
            let instance_may = *instance && Role::Instance.permits(*action);
            let expected = match (role_may || instance_may, member.is_some() || !in_workspace) {
                (true, _) => None,
                // a member sees that it is there
                (false, true) => Some(403),
                (false, false) => Some(404),
            };
            // a request that is let through does something where it needs no body
            let acts = expected.is_none()
                && ["demo", "start_run", "leave_workspace", "delete_run", "restore_run", "pin", "unpin", "reject"]
                    .contains(&route.name.as_str());
            if !acts {
                let status = send(person, route, &at("north", &own_run)).await;
                match expected {
                    Some(expected) => {
                        assert_eq!(status.0, expected, "{} as {member:?} (instance: {instance})", route.name);
                    }
                    None => assert!(
                        status.0 != 401 && status.0 != 403 && !hidden(&status),
                        "{} as {member:?} (instance: {instance}): {status:?}",
                        route.name
                    ),
                }
            }
            if in_workspace && !instance {
                let status = send(person, route, &at("south", &other_run)).await;
                assert!(hidden(&status), "{} of another workspace as {member:?}: {status:?}", route.name);
            }
        }
    }
    server.stop().await;
}

/// Asks with a body that no route takes: whoever gets through the gate is told so, and nothing happens.
async fn send(person: &Person, route: &Known, path: &str) -> (u16, Value) {
    let mut request = person.ask(route.method.clone(), path);
    if route.method != Method::GET {
        request = request.body("-");
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    if response.headers().get("content-type").is_some_and(|kind| kind.to_str().unwrap().contains("event-stream")) {
        return (status, Value::Null);
    }
    let body = response.bytes().await.unwrap_or_default();
    (status, serde_json::from_slice(&body).unwrap_or_default())
}

/// Whether the workspace or the run itself is said not to be there.
fn hidden((status, body): &(u16, Value)) -> bool {
    let said = body["detail"].as_str().unwrap_or_default();
    *status == 404 && (said == "there is no such workspace" || said == "there is no such run")
}
