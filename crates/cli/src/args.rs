mod audit;
mod backends;
pub mod bench;
mod compare;
mod export;
mod library;
mod people;
mod serve;
mod simulate;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::lineage::LEGEND;

pub use self::audit::AuditArgs;
pub use self::backends::{MigrateArgs, SyncArgs};
pub use self::compare::{CompareArgs, Pictures};
pub use self::export::{ExportArgs, ExportFormat, ImportArgs, ReportArgs};
pub use self::library::{Kind, LibraryArgs, LibraryCommand};
pub use self::people::{Ceiling, TokenArgs, TokenCommand, UserArgs, UserCommand};
pub use self::serve::{BackupArgs, McpArgs, ServeArgs};
use self::values::{above_zero, score, whole};
pub use self::{simulate::SimulateArgs, values::Overwrite};

/// Improve a prompt with evidence: evolve it, evaluate every variation, prove the gain.
#[derive(Debug, Parser)]
#[command(name = "clade", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Start with `clade init`, or read https://github.com/promptclade/promptclade#readme\n\
    Exit codes: 0 ok, 1 error, 2 usage or configuration,\n\
    3 budget spent before any improvement was shown,\n\
    100 a gate was not met, 130 interrupted and resumable.")]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Folder for runs, answers and data sets [default: the user's data folder]
    #[arg(long, global = true, env = "CLADE_DATA_DIR", hide_env_values = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Print JSON only, one object a line
    #[arg(long, global = true)]
    pub json: bool,
    /// Print only the result
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// Print without colours (NO_COLOR works too)
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Work with the runs of this server (`clade serve`) instead of this machine's; CLADE_TOKEN lets in
    #[arg(long, global = true, env = "CLADE_SERVER", hide_env_values = true, value_name = "URL")]
    pub server: Option<String>,
    /// Read the server's token from this file instead of CLADE_TOKEN
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The workspace of a server, or whose log `clade audit` shows [default: the only one, or `local`]
    #[arg(long, global = true, env = "CLADE_WORKSPACE", hide_env_values = true, value_name = "NAME")]
    pub workspace: Option<String>,
    /// Read keys from this file too; `.env` beside the run file is always read
    #[arg(long, global = true, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// Send traces to this OpenTelemetry receiver (OTLP over HTTP), such as http://localhost:4318
    #[arg(long, global = true, env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true, value_name = "URL")]
    pub otlp: Option<String>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write a commented run file and a small data file into a folder
    Init(InitArgs),
    /// Check a run file and its data, and estimate calls, tokens, USD and time; spends nothing
    Check(FileArgs),
    /// Improve the prompt of a run file
    Run(RunArgs),
    /// Evaluate the prompts of a run file without evolving them
    Eval(RunArgs),
    /// Go on with an interrupted run
    Resume(ResumeArgs),
    /// Put a run of a server down: calls in flight end, and `clade resume` goes on
    Pause(RunName),
    /// List runs, newest first
    List(ListArgs),
    /// Show a run: its result, evidence and cost
    Show(RunName),
    /// Print the best prompt of a run, and nothing else
    Best(BestArgs),
    /// Show the family tree of a run
    #[command(after_help = format!("How to read the tree: {LEGEND}.\n\
        What branches off more than eight times deep is drawn below, as a tree of its own."))]
    Lineage(LineageArgs),
    /// Show what changed between two candidates
    Diff(DiffArgs),
    /// Name the present position of a run, and keep the sandboxes of its leading candidates
    Snapshot(SnapshotArgs),
    /// Start a run from a candidate or a snapshot of another
    Branch(BranchArgs),
    /// Write a run as a bundle, or its prompt, trials or family tree in other formats
    Export(ExportArgs),
    /// Read a bundle that `clade export` wrote
    Import(ImportArgs),
    /// Write a run as one HTML page that opens from disk
    Report(ReportArgs),
    /// Show runs side by side, with paired differences between their prompts
    Compare(CompareArgs),
    /// Measure strategies against one another
    Bench(bench::BenchArgs),
    /// Serve the simulated model over HTTP in OpenAI's and Anthropic's formats
    Simulate(SimulateArgs),
    /// Serve the web pages and the HTTP API
    Serve(ServeArgs),
    /// Speak the Model Context Protocol over stdin and stdout, for agents that start it
    Mcp(McpArgs),
    /// Add, list and help people who have accounts on the server
    User(UserArgs),
    /// Make, list and revoke tokens of the HTTP API for the person at this machine
    Token(TokenArgs),
    /// Show who did what, newest first: in a workspace, or with people and their tokens
    Audit(AuditArgs),
    /// Copy the database while it is in use
    Backup(BackupArgs),
    /// Check the store and the servers that are configured beside it, and say what is missing
    Doctor,
    /// Carry over to the servers that are configured what they do not have yet
    Sync(SyncArgs),
    /// Drop the family tree or generations, and make them anew out of the journals
    Rebuild {
        /// Which
        what: crate::backends::Role,
        /// Also what other installations keep in the same place, which they have to carry over again
        #[arg(long)]
        everything: bool,
        /// Also what is kept there as another installation's under the names of runs that are here, as after a backup was put back at
        /// another place
        #[arg(long, conflicts_with = "everything")]
        take_over: bool,
    },
    /// Make what the servers that are configured must have: constraints, indexes, tables
    Migrate(MigrateArgs),
    /// List, add and print prompts and data sets that have names, for run files: `library://NAME`
    Library(LibraryArgs),
    /// Say what this machine gives for executing code of a run
    Sandbox(SandboxArgs),
    /// Print the JSON schema of run files
    Schema,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

/// `clade sandbox`
#[derive(Debug, Args)]
pub struct SandboxArgs {
    /// What to do
    #[command(subcommand)]
    pub command: SandboxCommand,
}

/// What to do with sandboxes.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum SandboxCommand {
    /// Make a sandbox, run a program in it, and say what is missing; exit code 1 where code cannot be isolated
    Doctor,
    /// Delete the sandboxes at Daytona that runs of this data folder left behind, such as after a kill, and kept states that no branch can start from any more
    Gc,
}

/// `clade init`
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The folder
    #[arg(default_value = ".")]
    pub folder: PathBuf,
    /// Overwrite files that exist
    #[arg(long)]
    pub force: bool,
}

/// A run file and what overrides it.
#[derive(Debug, Default, Clone, Args)]
pub struct FileArgs {
    /// The run file, or a promptfoo config [default: promptclade.yaml or promptfooconfig.yaml here]
    pub file: Option<PathBuf>,
    /// Override a value of the run file
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub set: Vec<String>,
    /// Seed of all randomness
    #[arg(long, allow_negative_numbers = true, value_parser = whole)]
    pub seed: Option<u64>,
    /// Most calls at once [default: found out while running]
    #[arg(long, short = 'j', value_name = "N")]
    pub concurrency: Option<u32>,
    /// Most calls that the run may pay for
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub budget_calls: Option<u64>,
    /// Most US dollars that the run may spend
    #[arg(long, value_name = "X", allow_negative_numbers = true, value_parser = above_zero)]
    pub budget_usd: Option<f64>,
    /// Most tokens that the run may take, input and output together
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub budget_tokens: Option<u64>,
    /// Most minutes that the run may take
    #[arg(long, value_name = "M", allow_negative_numbers = true, value_parser = above_zero)]
    pub budget_minutes: Option<f64>,
    /// Do not use answers that earlier runs paid for
    #[arg(long)]
    pub no_cache: bool,
}

/// `clade run` and `clade eval`
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// What to run
    #[command(flatten)]
    pub file: FileArgs,
    /// How it ends
    #[command(flatten)]
    pub gates: Gates,
    /// Name the run instead of drawing a name: 4 to 40 characters of a-z, 0-9 and -
    #[arg(long, value_name = "NAME")]
    pub run_id: Option<String>,
    /// Keep every acknowledged write through a power cut, too (slower)
    #[arg(long)]
    pub durable: bool,
}

/// What decides the exit code.
#[derive(Debug, Clone, Copy, Args)]
pub struct Gates {
    /// Exit with 100 where the best prompt's score is lower (test split after a run, all examples after an evaluation)
    #[arg(long, value_name = "SCORE", allow_negative_numbers = true, value_parser = score)]
    pub min_score: Option<f64>,
    /// Exit with 100 where no improvement is shown
    #[arg(long)]
    pub require_improvement: bool,
}

/// `clade resume`
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The run: its name, a unique beginning of it, or `last`
    #[arg(default_value = "last")]
    pub run: String,
    /// How it ends
    #[command(flatten)]
    pub gates: Gates,
    /// Change the limit on calls, for good
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub budget_calls: Option<u64>,
    /// Change the limit on US dollars, for good
    #[arg(long, value_name = "X", allow_negative_numbers = true, value_parser = above_zero)]
    pub budget_usd: Option<f64>,
    /// Change the limit on tokens, for good
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub budget_tokens: Option<u64>,
    /// Change the limit on minutes, for good
    #[arg(long, value_name = "M", allow_negative_numbers = true, value_parser = above_zero)]
    pub budget_minutes: Option<f64>,
    /// Most calls at once
    #[arg(long, short = 'j', value_name = "N")]
    pub concurrency: Option<u32>,
}

/// `clade list`
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Only runs whose name, description, strategy or model contains this
    pub text: Option<String>,
    /// Only runs in this state
    #[arg(long)]
    pub status: Vec<Status>,
    /// Only runs that this holds for, such as 'score>0.8 and strategy=auto' (docs/filters.md)
    #[arg(long, short = 'F', value_name = "FILTER")]
    pub filter: Option<String>,
    /// At most so many
    #[arg(long, short = 'n')]
    pub limit: Option<u32>,
}

/// A run's state.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Status {
    /// A process works on it
    Running,
    /// Resumable
    Paused,
    /// Stopped by an error, resumable
    Failed,
    /// Complete
    Finished,
}

/// One run.
#[derive(Debug, Args)]
pub struct RunName {
    /// The run: its name, a unique beginning of it, or `last`
    #[arg(default_value = "last")]
    pub run: String,
}

/// `clade best`
#[derive(Debug, Args)]
pub struct BestArgs {
    /// The run: its name, a unique beginning of it, or `last`, the last search
    #[arg(default_value = "last")]
    pub run: String,
    /// Write the prompt to a file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub overwrite: Overwrite,
}

/// Formats of a family tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TreeFormat {
    /// A tree for people
    Text,
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
    /// GraphML
    Graphml,
    /// Statements for Neo4j
    Cypher,
    /// Nodes, each with its parents, as JSON
    Json,
}

/// `clade lineage`
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("part").multiple(false))]
pub struct LineageArgs {
    /// The run: its name, a unique beginning of it, or `last`, the last search
    #[arg(default_value = "last")]
    pub run: String,
    /// How to write it
    #[arg(long, short, value_enum, default_value_t = TreeFormat::Text)]
    pub format: TreeFormat,
    /// Only this candidate (c12, seed, best, RUN@c12 or RUN@best) with its ancestors and descendants
    #[arg(long, value_name = "CANDIDATE", group = "part")]
    pub of: Option<String>,
    /// Only what a candidate descends from, the nearest first, over runs and branches
    #[arg(long, value_name = "CANDIDATE", group = "part")]
    pub ancestors: Option<String>,
    /// Only what descends from a candidate, the nearest first, over runs and branches
    #[arg(long, value_name = "CANDIDATE", group = "part")]
    pub descendants: Option<String>,
    /// Only the shortest way between two candidates
    #[arg(long, num_args = 2, value_names = ["A", "B"], group = "part")]
    pub between: Vec<String>,
    /// Only the nearest common ancestor of two candidates
    #[arg(long, num_args = 2, value_names = ["A", "B"], group = "part")]
    pub common: Vec<String>,
    /// Only the families: each seed and branch with its size and its best
    #[arg(long, group = "part")]
    pub families: bool,
    /// The run with those it branched from and those that branched from it
    #[arg(long, group = "part")]
    pub branches: bool,
    /// Only candidates that this holds for, such as 'score>0.8 and operator=reflect' (docs/filters.md)
    #[arg(long, short = 'F', value_name = "FILTER")]
    pub filter: Option<String>,
    /// Show dropped candidates too, which are otherwise counted where they came from
    #[arg(long, short)]
    pub all: bool,
    /// Count rejected proposals by operator and reason
    #[arg(long)]
    pub rejected: bool,
    /// Write to a file
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    #[command(flatten)]
    pub overwrite: Overwrite,
}

/// `clade diff`
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The run: its name, a unique beginning of it, or `last`, the last search
    pub run: String,
    /// The one side: a candidate such as `c0`, `seed` or `best`
    #[arg(default_value = "seed")]
    pub a: String,
    /// The other side
    #[arg(default_value = "best")]
    pub b: String,
}

/// `clade snapshot`
#[derive(Debug, Args)]
pub struct SnapshotArgs {
    /// The run: its name, a unique beginning of it, or `last`, the last search
    pub run: String,
    /// The snapshot's name [default: a number]
    pub name: Option<String>,
    /// List the run's snapshots instead
    #[arg(long)]
    pub list: bool,
}

/// `clade branch`
#[derive(Debug, Args)]
pub struct BranchArgs {
    /// `RUN@CANDIDATE`, `RUN@SNAPSHOT` or `RUN@best`
    pub from: String,
    /// Name the new run: 4 to 40 characters of a-z, 0-9 and -
    #[arg(long, value_name = "NAME")]
    pub run_id: Option<String>,
    /// Seed of all randomness [default: another one]
    #[arg(long, allow_negative_numbers = true, value_parser = whole)]
    pub seed: Option<u64>,
    /// Most calls that the branch may pay for
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = whole)]
    pub budget_calls: Option<u64>,
    /// Most US dollars that the branch may spend
    #[arg(long, value_name = "X", allow_negative_numbers = true, value_parser = above_zero)]
    pub budget_usd: Option<f64>,
    /// Only create it; `clade resume` starts it
    #[arg(long)]
    pub no_start: bool,
    /// Most calls at once
    #[arg(long, short = 'j', value_name = "N")]
    pub concurrency: Option<u32>,
}
