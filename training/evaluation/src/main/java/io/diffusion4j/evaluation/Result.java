package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import java.util.ArrayList;
import java.util.List;

/**
 * The result of an {@link Evaluation}.
 *
 * @param prompts the prompts of the pictures
 * @param generated the model's picture of each
 * @param real a real picture of each
 * @param questions about each picture
 * @param answers {@code [questions][pictures]}: whether the model's picture agrees; also false if
 *     the question does not apply
 * @param metrics the table
 */
public record Result(
    PromptSet prompts,
    List<Image> generated,
    List<Image> real,
    List<Question> questions,
    boolean[][] answers,
    List<Metric> metrics) {
  public Result {
    generated = List.copyOf(generated);
    real = List.copyOf(real);
    questions = List.copyOf(questions);
    metrics = List.copyOf(metrics);
  }

  /** Returns the result with further lines at the end of the table. */
  public Result with(List<Metric> further) {
    List<Metric> all = new ArrayList<>(metrics);
    all.addAll(further);
    return new Result(prompts, generated, real, questions, answers, all);
  }
}
