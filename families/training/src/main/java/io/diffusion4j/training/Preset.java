package io.diffusion4j.training;

import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.checkpoint.strict.RecordFile;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.nn.train.Optimizer;
import io.diffusion4j.nn.train.TrainingConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of the components of models, and the length and learning rate of their training runs.
 * Each {@link TrainableFamily} brings the record of its sections.
 *
 * @param name the name for folders and for the notes of weights
 * @param sizes the sections of each family, by their type
 */
public record Preset(String name, Map<Class<?>, Record> sizes) {
  private static final String NAME = "[a-z0-9]+(-[a-z0-9]+)*";

  public Preset {
    name = new Named(name).name(); // it checks
    sizes = Map.copyOf(sizes);
  }

  /** The section of no family. */
  private record Named(String name) {
    Named {
      new Faults()
          .require(
              name.matches(NAME),
              "name",
              name,
              "lower-case letters, digits and hyphens between them")
          .throwIfAny();
    }
  }

  /**
   * Reads a YAML or JSON file with the sections of all families and no others.
   *
   * @throws IllegalArgumentException with all faults of the file
   * @throws IOException if it cannot be read
   */
  public static Preset read(Path file) throws IOException {
    var read = RecordFile.read(file);
    Supplier<Preset> preset = take(read);
    read.end();
    return preset.get();
  }

  /**
   * Takes the name and the sections of all families.
   *
   * @return the preset of a file without faults
   */
  public static Supplier<Preset> take(RecordFile file) {
    Map<Class<?>, Record> sizes = new LinkedHashMap<>();
    for (TrainableFamily family : TrainableFamily.all()) {
      family
          .sizes()
          .ifPresent(type -> file.takeAll(type).ifPresent(section -> sizes.put(type, section)));
    }
    var named = file.takeAll(Named.class);
    return () -> new Preset(named.orElseThrow().name(), sizes);
  }

  /**
   * Returns the sections of a family.
   *
   * @throws IllegalArgumentException if it has none
   */
  public <T extends Record> T of(Class<T> type) {
    return find(type)
        .orElseThrow(
            () -> Check.refusal("preset", name, "one with sizes for %s", type.getSimpleName()));
  }

  /** Returns the sections of a family, if it has them. */
  public <T extends Record> Optional<T> find(Class<T> type) {
    return Optional.ofNullable(type.cast(sizes.get(type)));
  }

  /** The architecture of a denoising network. */
  public enum Architecture {
    /** Levels of residual blocks and attention. */
    UNET,
    /** A transformer over patches. */
    DIT
  }

  /**
   * A transformer over patches of pictures.
   *
   * @param patch height and width of a patch
   * @param layers transformer blocks
   * @param width channels of a patch's vector
   * @param heads attention heads
   */
  public record Dit(int patch, int layers, int width, int heads) {
    public Dit {
      new Faults()
          .require(patch >= 1, "patch", patch, "≥ 1")
          .require(layers >= 1, "layers", layers, "≥ 1")
          .require(heads >= 1 && width % heads == 0, "heads", heads, "a divisor of width " + width)
          .require(width >= 4 && width % 4 == 0, "width", width, "a multiple of 4")
          .throwIfAny();
    }
  }

  /**
   * The length and learning rate of a part's training.
   *
   * @param steps the total number of optimizer steps
   * @param batch examples per step
   * @param learningRate the rate after the warm-up
   * @param seed the seed of the initial weights and of the order of the data
   * @param optimizer the update rule; null for AdamW
   * @param decay steps over which the rate falls at the end, after a constant one; null for all
   *     steps after the warm-up
   */
  public record Schedule(
      long steps,
      int batch,
      double learningRate,
      long seed,
      Optimizer.@Nullable Method optimizer,
      @Nullable Long decay) {
    public Schedule {
      new Faults()
          .require(steps >= 1, "steps", steps, "≥ 1")
          .require(batch >= 1, "batch", batch, "≥ 1")
          .require(learningRate > 0 && learningRate < 1, "learning-rate", learningRate, "in (0, 1)")
          .require(
              decay == null || (decay >= 1 && decay <= steps),
              "decay",
              String.valueOf(decay),
              "in [1, " + steps + "]")
          .throwIfAny();
    }

    /** Returns the configuration of a training, with default values for all other settings. */
    public TrainingConfig config() {
      var config = TrainingConfig.of(steps, batch, learningRate, seed);
      config = decay == null ? config : config.withDecay(decay);
      return optimizer == null ? config : config.withOptimizer(Optimizer.of(optimizer));
    }
  }
}
