package io.diffusion4j.serving.model;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesRequest.TaskCase;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a model is and what can be asked of it.
 *
 * @param name what requests call it
 * @param description one line for people
 * @param license the SPDX expression of the licence of the weights
 * @param weightsDigest names the weights, as {@code sha256:} and 64 hexadecimal digits
 * @param imageWidth the width of its images in pixels
 * @param imageHeight the height of its images in pixels
 * @param maxImageCount the most images of one request
 * @param batchSize the most images of a request that are drawn at once; requests for more take
 *     turns
 * @param stages its diffusion processes, in the order in which they run
 * @param tasks what it can do
 */
public record ModelCard(
    String name,
    String description,
    String license,
    String weightsDigest,
    int imageWidth,
    int imageHeight,
    int maxImageCount,
    int batchSize,
    List<StageCard> stages,
    Set<TaskCase> tasks) {
  public ModelCard {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw new IllegalArgumentException(
          "name: " + name + " (expected: up to 64 letters, digits, dots, dashes and underscores)");
    }
    requireAtLeastOne("imageWidth", imageWidth);
    requireAtLeastOne("imageHeight", imageHeight);
    requireAtLeastOne("maxImageCount", maxImageCount);
    requireAtLeastOne("batchSize", batchSize);
    stages = List.copyOf(stages);
    Set<String> names = new HashSet<>();
    for (StageCard stage : stages) {
      if (!names.add(stage.name())) {
        throw new IllegalArgumentException("stages: two named " + stage.name());
      }
    }
    if (names.isEmpty()) {
      throw new IllegalArgumentException("stages: none (expected: at least one)");
    }
    if (tasks.isEmpty() || tasks.contains(TaskCase.TASK_NOT_SET)) {
      throw new IllegalArgumentException("tasks: " + tasks + " (expected: at least one)");
    }
    tasks = Collections.unmodifiableSet(EnumSet.copyOf(tasks)); // in the order of the contract
  }

  /** The names of the tasks, in the order of the contract. */
  public List<String> taskNames() {
    return tasks.stream().map(ModelCard::taskName).toList();
  }

  /** The name of a task: that of its field in the contract. */
  public static String taskName(TaskCase task) {
    return GenerateImagesRequest.getDescriptor().findFieldByNumber(task.getNumber()).getName();
  }

  /** The stage of this name. */
  public Optional<StageCard> stage(String stageName) {
    return stages.stream().filter(stage -> stage.name().equals(stageName)).findFirst();
  }

  private static void requireAtLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: ≥ 1)");
    }
  }
}
