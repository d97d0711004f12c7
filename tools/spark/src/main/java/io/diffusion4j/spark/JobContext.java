package io.diffusion4j.spark;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The parts of the command and of Spark that a job needs on the driver. */
@Command // or picocli takes it for no mixin
final class JobContext {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  /** Returns the arguments of the job, for its tasks. */
  List<String> arguments() {
    return List.copyOf(command.commandLine().getParseResult().originalArgs());
  }

  /** Returns the session of the application, which has the name of the job. */
  SparkSession session() {
    return SparkSession.builder().appName("diffusion4j " + command.name()).getOrCreate();
  }

  /** Prints a line of the result. */
  void print(String line) {
    var out = command.commandLine().getOut();
    out.println(line);
    out.flush();
  }
}
