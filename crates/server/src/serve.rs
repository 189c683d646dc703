use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo, middleware::from_fn_with_state};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::compression::{CompressionLayer, Predicate, predicate};

use crate::{
    App, assets, limits, mcp, outside, request_id, routes, spool, unread,
    waits::{Waits, Watched, in_vain},
    webhooks,
};

/// For how long the head of a request may come.
const HEAD: Duration = Duration::from_secs(10);
/// For how long a connection may wait for its client then: to send the rest of a request, or to take what was sent.
const FAREWELL: Duration = Duration::from_secs(2);
/// For how long calls and answers in flight may end when the server goes down.
pub(crate) const GRACE: Duration = Duration::from_secs(20);

/// The routes of the API alone, each behind its gate.
pub(crate) fn api(app: &App) -> Router {
    let mut router = Router::new();
    for route in routes::all() {
        router = route.add(router, app);
    }
    router.method_not_allowed_fallback(assets::other_method).with_state(app.clone())
}

/// All routes of a server.
pub fn router(app: &App) -> Router {
    let api = api(app);
    let router = routes::outside()
        .method_not_allowed_fallback(assets::other_method)
        .merge(outside::pages())
        .merge(mcp::route(app, api.clone()));
    // what streams is sent as it comes
    let packed = predicate::DefaultPredicate::new()
        .and(predicate::NotForContentType::const_new("text/event-stream"))
        .and(predicate::NotForContentType::const_new("application/zstd"));
    router
        .with_state(app.clone())
        .merge(api)
        .fallback(assets::serve)
        .layer(CompressionLayer::new().compress_when(packed))
        .layer(from_fn_with_state(app.clone(), limits::guard))
        .layer(from_fn_with_state(app.clone(), request_id::follow))
}

/// Serves until `down` is ready, then lets what is in flight end, and puts the runs down so that a later server goes on with them.
///
/// # Errors
/// Where connections cannot be taken any more.
pub async fn serve(app: App, listener: TcpListener, down: impl Future<Output = ()>) -> io::Result<()> {
    let router = router(&app);
    app.work.spawn(webhooks::deliver(app.clone()));
    app.work.spawn_blocking(|| spool::sweep(&std::env::temp_dir()));
    tokio::pin!(down);
    loop {
        let (stream, from) = tokio::select! {
            () = &mut down => break,
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                // too many files are open, or the other side went away: both pass
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        drop(stream.set_nodelay(true));
        app.work.spawn(connection(app.clone(), router.clone(), stream, from));
    }
    drop(listener);
    app.closing.cancel();
    app.work.close();
    let work = tokio::time::timeout(GRACE, app.work.wait());
    let (_, ()) = tokio::join!(work, app.hub.close(GRACE));
    Ok(())
}

async fn connection(app: App, router: Router, stream: tokio::net::TcpStream, from: SocketAddr) {
    let (sending, receiving) = (Waits::default(), Waits::begun());
    let received = receiving.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        received.over();
        request.extensions_mut().insert(ConnectInfo(from));
        let (request, rest) = unread::watch(request, received.clone());
        let answering = router.clone().oneshot(request);
        async {
            let mut response = answering.await?;
            rest.settle(&mut response).await;
            Ok::<_, Infallible>(response)
        }
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 << 10);
    let stream = Watched { stream, sending: sending.clone() };
    let serving = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(serving);
    let done = tokio::select! {
        done = &mut serving => done,
        () = app.closing.cancelled() => {
            serving.as_mut().graceful_shutdown();
            tokio::select! {
                done = &mut serving => done,
                () = in_vain([&sending, &receiving], FAREWELL) => return,
            }
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection ended");
    }
}
