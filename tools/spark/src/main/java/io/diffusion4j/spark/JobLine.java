package io.diffusion4j.spark;

import io.diffusion4j.cli.console.FailureHandler;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkException;
import picocli.CommandLine;

/**
 * The command line of a job. The driver runs it, and executors parse the same arguments again, so
 * that tasks carry arguments instead of open models.
 */
final class JobLine {
  private JobLine() {}

  /** Runs a job and ends the process, unless it succeeded: a cluster then ends it by itself. */
  static void main(Callable<Integer> job, String[] arguments) {
    int status = of(job).execute(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  /** Returns the command line of a job; errors are printed in one line. */
  static CommandLine of(Callable<Integer> job) {
    return new CommandLine(job)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(FailureHandler::badUsage)
        .setExecutionExceptionHandler(
            (e, line, result) ->
                new FailureHandler(() -> false).handleExecutionException(ofTask(e), line, result));
  }

  /** Returns a job with the options of arguments that were parsed before. */
  static <T> T parsed(T job, List<String> arguments) {
    new CommandLine(job)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(arguments.toArray(String[]::new));
    return job;
  }

  /** Returns the exception of the task, if Spark reports that a task failed. */
  static Exception ofTask(Exception e) {
    if (e instanceof SparkException) {
      for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
        if (cause instanceof Exception own && !(cause instanceof SparkException)) {
          return own;
        }
      }
    }
    return e;
  }
}
