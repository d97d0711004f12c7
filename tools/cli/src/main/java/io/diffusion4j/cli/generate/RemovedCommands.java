package io.diffusion4j.cli.generate;

import io.diffusion4j.diffusion.argument.Check;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Commands that other commands replaced; they answer with the line to run instead. */
public final class RemovedCommands {
  private RemovedCommands() {}

  /** {@code edit}, which chose between two commands. */
  @Command(name = "edit", hidden = true)
  public static final class Edit implements Callable<Integer> {
    @SuppressWarnings("UnusedVariable") // accepts all arguments
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
      throw Check.refusal(
          "edit",
          "removed",
          "diffusion4j img2img IMAGE PROMPT --strength X, or with a mask diffusion4j inpaint IMAGE"
              + " PROMPT --mask FILE");
    }
  }

  /** {@code glide}, which drew with one family of models. */
  @Command(name = "glide", hidden = true)
  public static final class Glide implements Callable<Integer> {
    @SuppressWarnings("UnusedVariable") // accepts all arguments
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
      throw Check.refusal(
          "glide",
          "removed",
          "diffusion4j generate PROMPT --model DIR, or with a mask diffusion4j inpaint IMAGE PROMPT"
              + " --mask FILE --model DIR");
    }
  }
}
