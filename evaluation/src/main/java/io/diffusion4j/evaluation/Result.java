package io.diffusion4j.evaluation;

import io.diffusion4j.diffusion.image.Image;
import java.util.List;

/**
 * What an {@link Evaluation} found.
 *
 * @param prompts what was asked for
 * @param generated the model's picture of each
 * @param real a real picture of each
 * @param questions what each picture was asked
 * @param answers {@code [questions][pictures]}: whether the model's picture agrees; false too where
 *     the question does not concern it
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
}
