package io.diffusion4j.diffusion.pipeline;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.diffusion.stage.Stage;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The description of a model for its callers.
 *
 * @param identity name, licence and digest
 * @param images the size of its images
 * @param limits the limits on the number of images
 * @param stages the stages in the order in which they run
 * @param tasks the tasks that it supports
 */
public record ModelCard(
    ModelIdentity identity,
    Pixels images,
    Limits limits,
    List<Stage> stages,
    Set<ImageTask.Kind> tasks) {
  /** At this similarity, variations of real pictures show the same things, in other strokes. */
  private static final double SIMILARITY = 0.7;

  /** The largest guidance scale at which they do. */
  private static final double GENTLE = 2;

  public ModelCard {
    Check.that(images.areDrawn(), "images", "0×0 pixels", "≥ 1×1");
    stages = List.copyOf(stages);
    Set<String> names = new HashSet<>();
    for (Stage stage : stages) {
      if (!names.add(stage.name())) {
        throw new IllegalArgumentException("stages: two named " + stage.name());
      }
    }
    Check.that(!names.isEmpty(), "stages", "none", "at least one");
    Check.that(!tasks.isEmpty(), "tasks", "none", "at least one");
    tasks = Collections.unmodifiableSet(EnumSet.copyOf(tasks)); // in the order of the enum
  }

  /** Returns the model's name in requests. */
  public String name() {
    return identity.name();
  }

  /** Returns the names of the tasks, in the order of the kinds. */
  public List<String> taskNames() {
    return tasks.stream().map(ImageTask.Kind::label).toList();
  }

  /** Whether the model finds the noise from which it would draw an image, as a text diff does. */
  public boolean findsNoise() {
    return tasks.contains(ImageTask.Kind.TEXT_DIFF);
  }

  /**
   * Returns the default {@linkplain ImageTask.Variation#similarity similarity} of variations. It is
   * 0 if the model does not find the noise of an image, or if its guidance is usually so strong
   * that the noise, which is found without guidance, would not give the image back.
   */
  public double defaultSimilarity() {
    boolean isGentle =
        stages.stream()
            .filter(stage -> stage.draws().areDrawn())
            .allMatch(stage -> stage.scale().defaultValue() <= GENTLE);
    return findsNoise() && isGentle ? SIMILARITY : 0;
  }

  /** Returns the stage of this name. */
  public Optional<Stage> stage(String stageName) {
    return stages.stream().filter(stage -> stage.name().equals(stageName)).findFirst();
  }

  /**
   * The limits on the number of images.
   *
   * @param perRequest the most images of one request
   * @param atOnce the most images of a request that are drawn at once; requests for more take turns
   */
  public record Limits(int perRequest, int atOnce) {
    /** The number of images at once that fills the networks' batches under guidance. */
    public static final Limits DEFAULT = new Limits(64, 8);

    public Limits {
      Check.that(perRequest >= 1, "perRequest", perRequest, "≥ 1");
      Check.that(atOnce >= 1, "atOnce", atOnce, "≥ 1");
    }
  }
}
