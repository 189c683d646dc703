use std::time::Duration;

use clade_domain::RunId;
use clade_engine::{Progress, RunReport, spent_limit};
use clade_store::RunStatus;
use futures::StreamExt;
use reqwest::{Method, Response, header};
use serde::Deserialize;
use tokio::sync::watch;

use super::{Client, sse::Parser};
use crate::{
    args::Gates,
    context::Context,
    display::{progress, result},
    exit,
    failure::Failure,
    output::{self, Output},
    session::{Ended, conclude, interrupted, retried},
};

/// How often a stream that broke off is taken up again before it is given up, each time after twice as long.
const TRIES: u32 = 5;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// A run that goes on at a server, watched from here.
pub struct Watch<'a> {
    /// The server.
    pub client: &'a Client,
    /// The run.
    pub run: RunId,
    /// The first journal entry to show.
    pub next: u64,
    /// What decides the exit code.
    pub gates: Gates,
}

/// The last event of a stream.
#[derive(Deserialize)]
struct End {
    status: String,
    /// How long the journal is.
    #[serde(default)]
    next: u64,
}

/// How a watch ended.
enum Left {
    /// The run left the server.
    Run,
    /// The user looks no more.
    User,
}

impl Watch<'_> {
    /// Shows a run until it leaves the server, then its result; the exit code is that of a run on this machine. Ctrl-C ends the watching
    /// alone.
    ///
    /// # Errors
    /// With the exit code that says how it ended, and where the server is gone.
    pub async fn carry_through(mut self, context: &Context) -> Result<(), Failure> {
        let (output, run, gates) = (context.output, self.run.clone(), self.gates);
        if output.json {
            output.json_line(&serde_json::json!({ "event": "run_started", "run": run }));
        }
        let (sender, receiver) = watch::channel::<Option<Progress>>(None);
        let stop = interrupted();
        let last = sender.subscribe();
        let watching = async {
            let left = tokio::select! {
                left = self.follow(&sender, &output) => left.map(|()| Left::Run),
                () = stop => Ok(Left::User),
            };
            // the display ends with it
            drop(sender);
            left
        };
        let (left, ()) = tokio::join!(watching, progress::show(receiver, std::future::pending(), output));
        if let Left::User = left? {
            output.advise(format!(
                "run {run} goes on at the server; watch it with: clade resume {run}; put it down with: clade pause {run}"
            ));
            return Err(Failure::Exit(exit::INTERRUPTED));
        }
        let report: RunReport = self.client.get(&["runs", run.as_str(), "report"], &[]).await?;
        let ended = ended(&report);
        if !output.json {
            if matches!(ended, Ended::Finished) || report.counts.trials > 0 {
                result::print(&report, &output);
            }
            if let Some(last) = last.borrow().as_ref() {
                retried(last.retries, last.throttled, &output);
            }
        }
        let unanswered = self.first_error(&report).await?;
        conclude(&ended, &report, unanswered, gates, &output)
    }

    /// Follows the stream to its end, taking it up again where it breaks off.
    async fn follow(&mut self, progress: &watch::Sender<Option<Progress>>, output: &Output) -> Result<(), Failure> {
        let mut tries = 0;
        loop {
            let from = self.next;
            let failed = match self.client.events(&self.run, Some(self.next)).await {
                Ok(response) => match self.read(response, progress, output).await? {
                    Some(end) if end.status == "not_allowed" => {
                        return Err(Failure::Error(format!("you may not look at run {} any more", self.run)));
                    }
                    Some(_) => return Ok(()),
                    None => Failure::Error("the server ended the stream".into()),
                },
                Err(failure @ Failure::Usage(_)) => return Err(failure),
                Err(failure) => failure,
            };
            tries = if self.next > from { 1 } else { tries + 1 };
            if tries > TRIES {
                return Err(Failure::Error(format!(
                    "{failed}\nrun {0} is not lost: a server goes on with its runs when it starts again; then watch it with: clade resume {0}",
                    self.run
                )));
            }
            tokio::time::sleep(FIRST_WAIT * 2_u32.pow(tries - 1)).await;
        }
    }

    /// Shows what a stream brings. None where it broke off.
    async fn read(
        &mut self,
        response: Response,
        progress: &watch::Sender<Option<Progress>>,
        output: &Output,
    ) -> Result<Option<End>, Failure> {
        let mut chunks = response.bytes_stream();
        let mut parser = Parser::default();
        while let Some(Ok(chunk)) = chunks.next().await {
            for event in parser.take(&chunk) {
                match event.kind.as_str() {
                    "entry" => {
                        self.next = event.id.parse::<u64>().map_or(self.next, |id| id + 1);
                        if output.json {
                            output::raw(&event.data);
                        }
                    }
                    "progress" => {
                        if let Ok(now) = serde_json::from_str(&event.data) {
                            progress.send_replace(Some(now));
                        }
                    }
                    "end" => return Ok(serde_json::from_str(&event.data).ok()),
                    _ => {}
                }
            }
        }
        Ok(None)
    }

    /// What a trial failed with, where no trial has a score.
    async fn first_error(&self, report: &RunReport) -> Result<Option<String>, Failure> {
        #[derive(Deserialize)]
        struct Row {
            error: Option<Failed>,
        }
        #[derive(Deserialize)]
        struct Failed {
            message: String,
        }
        if report.counts.failed == 0 || report.counts.failed < report.counts.trials {
            return Ok(None);
        }
        let path = ["runs", self.run.as_str(), "candidates", "seed", "trials"];
        let rows: Vec<Row> = self.client.all(&path, &[], 1).await?;
        Ok(rows.into_iter().find_map(|row| row.error).map(|error| error.message))
    }
}

impl Client {
    /// A run's stream of events, from an entry on; only new ones where none is named.
    async fn events(&self, run: &RunId, next: Option<u64>) -> Result<Response, Failure> {
        let after = next.map(|next| (i128::from(next) - 1).to_string());
        let query: Vec<(&str, &str)> = after.iter().map(|after| ("after", after.as_str())).collect();
        let request = self.request(Method::GET, self.url(&["runs", run.as_str(), "events"], &query));
        self.send(request.header(header::ACCEPT, "text/event-stream")).await
    }

    /// How long a run's journal is, as its stream says: at its end where the run rests, with its next entry where it goes on.
    pub(super) async fn length(&self, run: &RunId) -> Result<u64, Failure> {
        let mut chunks = self.events(run, None).await?.bytes_stream();
        let mut parser = Parser::default();
        while let Some(chunk) = chunks.next().await {
            for event in parser.take(&chunk.map_err(|error| self.unreachable(&error))?) {
                match event.kind.as_str() {
                    "entry" => return Ok(event.id.parse().unwrap_or_default()),
                    "end" => {
                        return Ok(serde_json::from_str::<End>(&event.data).map(|end| end.next).unwrap_or_default());
                    }
                    _ => {}
                }
            }
        }
        Err(Failure::Error(format!("the server ended the stream of run {run}; try again")))
    }
}

fn ended(report: &RunReport) -> Ended {
    match (report.status, spent_limit(&report.detail)) {
        (RunStatus::Finished, _) => Ended::Finished,
        (_, Some(limit)) => Ended::BudgetSpent(limit),
        (RunStatus::Failed, None) => Ended::Failed(report.detail.clone()),
        (RunStatus::Paused | RunStatus::Running, None) => Ended::Interrupted,
    }
}
