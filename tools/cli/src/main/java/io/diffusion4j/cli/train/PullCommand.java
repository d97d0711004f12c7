package io.diffusion4j.cli.train;

import io.diffusion4j.cli.console.Console;
import io.diffusion4j.cli.options.PublishedModel;
import io.diffusion4j.hub.Hub;
import io.diffusion4j.hub.RepoName;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion4j pull}: downloads a published model to the shared cache. */
@Command(
    name = "pull",
    description = "Download a published model to the cache that Python's Hugging Face tools use.",
    footer = {
      "",
      "Only the files that a loader reads are downloaded. Each is checked by its "
          + "hash, and an interrupted download resumes. The environment variables "
          + "HF_TOKEN, HF_ENDPOINT, HF_HOME, HF_HUB_CACHE and HF_HUB_OFFLINE and the "
          + "proxy variables are respected. Afterwards, other commands accept ORG/NAME "
          + "as --model.",
      "",
      "Example:",
      "  diffusion4j pull kakaobrain/karlo-v1-alpha",
      "  diffusion4j generate \"a red apple\" --model kakaobrain/karlo-v1-alpha"
    })
public final class PullCommand implements Callable<Integer> {
  @Mixin private Console console = new Console();

  @Parameters(
      paramLabel = "ORG/NAME[@REVISION]",
      description = "The published model, and optionally the revision to download.")
  private String model = "";

  @Option(
      names = "--variant",
      paramLabel = "NAME",
      description =
          "The variant of the weights, such as fp16, if one is published. Default: the "
              + "main weights")
  private @Nullable String variant;

  @Option(names = "--yes", description = "Download without confirmation.")
  private boolean yes;

  @Override
  public Integer call() {
    RepoName repo = RepoName.parse(model);
    Hub hub = PublishedModel.hub();
    Hub.Plan plan = hub.plan(repo, Optional.ofNullable(variant));
    if (!plan.missing().isEmpty()) {
      console.say(
          "%s: %d files, %s, to %s"
              .formatted(
                  plan.repo(),
                  plan.missing().size(),
                  PublishedModel.size(plan.missingBytes()),
                  plan.folder()));
      if (!yes && !isConfirmed()) {
        throw new IllegalArgumentException("answer: no (expected: yes, or --yes)");
      }
    }
    console.print("model: " + PublishedModel.pull(hub, plan, console.bars()));
    return 0;
  }

  /** Returns the answer on a terminal; true without a terminal. */
  @SuppressWarnings("SystemConsoleNull") // from Java 22 on, a pipe has to say --yes
  private static boolean isConfirmed() {
    var terminal = System.console();
    if (terminal == null) {
      return true;
    }
    String answer = terminal.readLine("Download? [y/N] ");
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
  }
}
