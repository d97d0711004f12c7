package io.diffusion4j.cli.options;

import io.diffusion4j.diffusion.argument.Check;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that mean the same in commands of any kind; each is a mixin of one option. */
public final class CommonOptions {
  private CommonOptions() {}

  /** The seed of a command that is repeatable by default. */
  public static final class Seed {
    @Option(
        names = "--seed",
        paramLabel = "N",
        defaultValue = "0",
        description = "The random seed, ≥ 0. Default: ${DEFAULT-VALUE}")
    private long seed;

    /**
     * Returns the seed.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public long value() {
      Check.that(seed >= 0, "seed", seed, "≥ 0");
      return seed;
    }
  }

  /** The number of inputs that are computed at once. */
  public static final class Batch {
    @Option(
        names = "--batch",
        paramLabel = "N",
        description = "The number of inputs in a batch. Default: ${DEFAULT-VALUE}")
    private int batch;

    /** Creates the option with a default. */
    public Batch(int defaultValue) {
      this.batch = defaultValue;
    }

    /**
     * Returns the number.
     *
     * @throws IllegalArgumentException if it is less than 1
     */
    public int size() {
      return atLeast(1);
    }

    /**
     * Returns the number.
     *
     * @throws IllegalArgumentException if it is less than this number
     */
    public int atLeast(int least) {
      Check.that(batch >= least, "batch", batch, "≥ %s", least);
      return batch;
    }
  }

  /** The file of a command's figures. */
  public static final class JsonFile {
    @Option(
        names = "--json",
        paramLabel = "FILE",
        description = "Also write the results to this file, as JSON.")
    private @Nullable Path json;

    /** Returns the file, if it is given. */
    public Optional<Path> path() {
      return Optional.ofNullable(json);
    }
  }

  /** Prints JSON instead of text. */
  public static final class JsonText {
    @Option(names = "--json", description = "Print the results as JSON.")
    private boolean json;

    /** Returns whether the option is given. */
    public boolean isGiven() {
      return json;
    }
  }

  /** The file or folder that a command writes, and cannot do without. */
  public static final class Output {
    @Option(
        names = {"-o", "--output"},
        required = true,
        paramLabel = "PATH",
        description = "The file or folder to write.")
    private Path output = Path.of("");

    /** Returns the path as it was given. */
    public Path path() {
      return output;
    }
  }
}
