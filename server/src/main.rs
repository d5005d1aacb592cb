//! The `chaton` program. Exit codes: 0 done, 2 wrong use (clap's own), 1 failed, with one line that says what to do.

use std::{io::Write, process::ExitCode};

use clap::Parser;
use server::cli::{Cli, Command};
use server::commands::{ask, bench, decode_picture, groups, invite, models, serve, trace, users};

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(arguments) => serve::run(*arguments),
        Command::Ask(arguments) => ask::run(arguments),
        Command::Trace(arguments) => trace::run(arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Models(command) => models::run(command),
        Command::Users(command) => users::run(command),
        Command::Invite(arguments) => invite::run(&arguments),
        Command::Groups(command) => groups::run(command),
        Command::DecodePicture(arguments) => decode_picture::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // `{:#}`: the sentence, then its causes on the same line. A closed stderr changes nothing.
            let _ = writeln!(std::io::stderr(), "chaton: {error:#}");
            ExitCode::FAILURE
        }
    }
}
