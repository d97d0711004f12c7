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

  /** A command that accepts all arguments and names its replacement. */
  private abstract static class Removed implements Callable<Integer> {
    private final String name;
    private final String replacement;

    @SuppressWarnings("UnusedVariable") // accepts all arguments
    @Unmatched
    private List<String> arguments = new ArrayList<>();

    Removed(String name, String replacement) {
      this.name = name;
      this.replacement = replacement;
    }

    @Override
    public Integer call() {
      throw Check.refusal(name, "removed", replacement);
    }
  }

  /** {@code edit}, which chose between two commands. */
  @Command(name = "edit", hidden = true)
  public static final class Edit extends Removed {
    Edit() {
      super(
          "edit",
          "diffusion4j img2img IMAGE PROMPT --strength X, or with a mask diffusion4j inpaint IMAGE"
              + " PROMPT --mask FILE");
    }
  }

  /** {@code glide}, which drew with one family of models. */
  @Command(name = "glide", hidden = true)
  public static final class Glide extends Removed {
    Glide() {
      super(
          "glide",
          "diffusion4j generate PROMPT --model DIR, or with a mask diffusion4j inpaint IMAGE PROMPT"
              + " --mask FILE --model DIR");
    }
  }
}
