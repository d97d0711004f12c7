package io.diffusion4j.diffusion.denoiser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The laws of every denoiser. The test of a denoiser implements this interface.
 *
 * @param <C> what a sample is conditioned on
 */
public interface DenoiserContract<C> {
  /** The denoiser to be tested. */
  Denoiser<C> denoiser();

  /** At least two queries that differ in sample, time and condition. */
  List<Query<C>> queries();

  /**
   * How much a prediction may depend on the other queries of the batch: 0, exact equality, on a CPU
   * where the rows are multiples of 16.
   */
  default float tolerance() {
    return 0;
  }

  @Test
  default void eachQueryGetsAnAnswerOfItsSize() {
    List<Prediction> answers = denoiser().predict(queries());
    assertThat(answers).hasSameSizeAs(queries());
    for (int i = 0; i < answers.size(); i++) {
      assertThat(answers.get(i).output()).hasSameSizeAs(queries().get(i).xt());
    }
  }

  @Test
  default void anAnswerDoesNotDependOnTheQueriesAskedWithIt() {
    List<Prediction> together = denoiser().predict(queries());
    for (int i = 0; i < together.size(); i++) {
      Prediction alone = denoiser().predict(List.of(queries().get(i))).get(0);
      assertThat(alone.output())
          .as("query %d alone", i)
          .containsExactly(together.get(i).output(), within(tolerance()));
      assertThat(alone.variance())
          .as("variance of query %d alone", i)
          .containsExactly(together.get(i).variance(), within(tolerance()));
    }
  }

  @Test
  default void anAnswerDoesNotDependOnTheOrderOfTheQueries() {
    List<Query<C>> reversed = new ArrayList<>(queries());
    Collections.reverse(reversed);
    List<Prediction> forwards = denoiser().predict(queries());
    List<Prediction> backwards = denoiser().predict(reversed);
    for (int i = 0; i < forwards.size(); i++) {
      assertThat(backwards.get(forwards.size() - 1 - i).output())
          .containsExactly(forwards.get(i).output(), within(tolerance()));
    }
  }

  @Test
  default void theSampleIsNotModified() {
    List<float[]> before = queries().stream().map(query -> query.xt().clone()).toList();
    List<Query<C>> queries = queries();
    denoiser().predict(queries);
    for (int i = 0; i < before.size(); i++) {
      assertThat(queries.get(i).xt()).isEqualTo(before.get(i));
    }
  }
}
