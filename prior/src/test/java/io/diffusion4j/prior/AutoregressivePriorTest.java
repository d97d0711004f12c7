package io.diffusion4j.prior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.Prompt;
import io.diffusion4j.diffusion.component.TextEncoding;
import io.diffusion4j.diffusion.denoiser.NonFinitePredictionException;
import io.diffusion4j.diffusion.guidance.GuidanceInterval;
import io.diffusion4j.diffusion.guidance.GuidanceScale;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.stage.Draw;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class AutoregressivePriorTest {
  private static final int COUNT = 3;
  private static final int BUCKETS = 4;
  private static final int DOTS = 6;

  /** Each value of the embedding is its code. */
  private static final EmbeddingCodes CODES =
      new EmbeddingCodes(
          new PrincipalComponents(new float[COUNT], new float[] {1, 0, 0, 0, 1, 0, 0, 0, 1}),
          new float[] {-0.5f, -0.5f, -0.5f},
          new float[] {1, 1, 1},
          BUCKETS);

  private static final TextEncoding TEXT = text(1);
  private static final TextEncoding EMPTY = text(0);

  private static TextEncoding text(float value) {
    return new TextEncoding(new float[] {value}, new boolean[] {true}, new float[] {value});
  }

  private static Draw<Prompt> draw(long seed) {
    return new Draw<>(new Prompt(TEXT, EMPTY), new PhiloxNoise(seed, 0));
  }

  private static SamplingSettings guided(double scale) {
    return new SamplingSettings(new DdimSampler(0), 1, scale);
  }

  private static AutoregressivePrior prior(CodePredictor network) {
    return new AutoregressivePrior(network, CODES, DOTS, 1);
  }

  /** Likes the sum of the codes so far, and the value that the text has. */
  private static List<float[]> sums(List<CodePredictor.Query> queries, int code) {
    return queries.stream()
        .map(
            query -> {
              int before = Arrays.stream(query.codes(), 0, code).sum();
              float[] logits = new float[BUCKETS];
              logits[before % BUCKETS] = 1;
              logits[(int) query.text().embedding()[0]] += 0.5f;
              return logits;
            })
        .toList();
  }

  @Test
  void anEmbeddingIsTheSameInAnyCompany() {
    var prior = prior(AutoregressivePriorTest::sums);
    List<Draw<Prompt>> draws =
        IntStream.range(0, 20).mapToObj(AutoregressivePriorTest::draw).toList();
    List<float[]> together = prior.sample(draws, guided(2), SamplingListener.NONE);
    assertThat(together.stream().map(Arrays::toString).distinct().count()).isGreaterThan(5);
    for (int i = 0; i < draws.size(); i++) {
      assertThat(prior.sample(List.of(draws.get(i)), guided(2), SamplingListener.NONE).get(0))
          .containsExactly(together.get(i));
    }
    assertThat(prior.sample(List.of(), guided(2), SamplingListener.NONE)).isEmpty();
  }

  @Test
  void codesAreDrawnAsOftenAsTheNetworkSays() {
    double[] share = {0.1, 0.2, 0.3, 0.4};
    CodePredictor fixed = (queries, code) -> queries.stream().map(q -> logarithms(share)).toList();
    int[][] counts = counts(prior(fixed), 4_000);
    for (int[] count : counts) {
      for (int value = 0; value < BUCKETS; value++) {
        assertThat(count[value] / 4_000.0).isCloseTo(share[value], within(0.03));
      }
    }
  }

  @Test
  void aTemperatureSharpensWhatIsDrawn() {
    double[] share = {0.1, 0.2, 0.3, 0.4};
    CodePredictor fixed = (queries, code) -> queries.stream().map(q -> logarithms(share)).toList();
    int[][] counts = counts(prior(fixed).withTemperature(0.5), 4_000); // shares become squares
    assertThat(counts[0][3] / 4_000.0).isCloseTo(0.16 / 0.30, within(0.03));
    assertThat(counts(prior(fixed).withTemperature(1e-3), 100)[1][3]).isEqualTo(100);
  }

  private static float[] logarithms(double[] share) {
    float[] logits = new float[share.length];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) Math.log(share[i]);
    }
    return logits;
  }

  /** How often each value of each code is drawn, without guidance. */
  private static int[][] counts(AutoregressivePrior prior, int draws) {
    int[][] counts = new int[COUNT][BUCKETS];
    List<Draw<Prompt>> all =
        IntStream.range(0, draws).mapToObj(AutoregressivePriorTest::draw).toList();
    for (float[] z : prior.sample(all, guided(1), SamplingListener.NONE)) {
      for (int k = 0; k < COUNT; k++) {
        counts[k][Math.round(z[k])]++;
      }
    }
    return counts;
  }

  @Test
  void theDotProductIsOfTheUpperHalfAndUnknownWithoutTheText() {
    List<CodePredictor.Query> seen = new ArrayList<>();
    CodePredictor watched =
        (queries, code) -> {
          seen.addAll(queries);
          return sums(queries, code);
        };
    List<Draw<Prompt>> draws =
        IntStream.range(0, 100).mapToObj(AutoregressivePriorTest::draw).toList();
    prior(watched).sample(draws, guided(3), SamplingListener.NONE);
    assertThat(seen.stream().filter(q -> q.text().equals(TEXT)).mapToInt(CodePredictor.Query::dot))
        .containsOnly(3, 4, 5);
    assertThat(seen.stream().filter(q -> q.text().equals(EMPTY)).mapToInt(CodePredictor.Query::dot))
        .containsOnly(DOTS);
  }

  @Test
  void guidanceGoesOnFromTheLogitsWithoutTheText() {
    CodePredictor opinion =
        (queries, code) ->
            queries.stream()
                .map(
                    q ->
                        q.text().equals(TEXT) ? new float[] {0, 1, 2, 0} : new float[] {0, 0, 2, 0})
                .toList();
    var greedy = prior(opinion).withTemperature(1e-3);
    assertThat(greedy.sample(List.of(draw(1)), guided(1), SamplingListener.NONE).get(0))
        .containsExactly(2, 2, 2);
    assertThat(greedy.sample(List.of(draw(1)), guided(2.5), SamplingListener.NONE).get(0))
        .containsExactly(1, 1, 1); // 0 + 2.5·1 against 2 + 2.5·0
  }

  @Test
  void withoutGuidanceTheNetworkIsAskedHalfAsMuch() {
    int[] rows = {0};
    CodePredictor counting =
        (queries, code) -> {
          rows[0] += queries.size();
          return sums(queries, code);
        };
    prior(counting).sample(List.of(draw(1), draw(2)), guided(1), SamplingListener.NONE);
    assertThat(rows[0]).isEqualTo(2 * COUNT);
    prior(counting).sample(List.of(draw(1), draw(2)), guided(2), SamplingListener.NONE);
    assertThat(rows[0]).isEqualTo(2 * COUNT + 4 * COUNT);
  }

  @Test
  void aListenerSeesEveryCodeAndMayStopBetweenThem() {
    List<Integer> steps = new ArrayList<>();
    prior(AutoregressivePriorTest::sums)
        .sample(List.of(draw(1)), guided(2), at -> steps.add(at.step()));
    assertThat(steps).containsExactly(0, 1, 2, 3);
    assertThatExceptionOfType(CancellationException.class)
        .isThrownBy(
            () ->
                prior(AutoregressivePriorTest::sums)
                    .sample(
                        List.of(draw(1)),
                        guided(2),
                        at -> {
                          if (at.step() == 2) {
                            throw new CancellationException();
                          }
                        }));
  }

  @Test
  void whatItCannotDoIsRefused() {
    var prior = prior(AutoregressivePriorTest::sums);
    var settings =
        new SamplingSettings(
            new DdimSampler(0), 1, new GuidanceInterval(GuidanceScale.constant(2), 100, 500));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prior.sample(List.of(draw(1)), settings, SamplingListener.NONE))
        .withMessageContaining("expected: a constant one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> prior.withTemperature(0))
        .withMessage("temperature: 0.0 (expected: > 0)");
    CodePredictor broken =
        (queries, code) -> queries.stream().map(q -> new float[] {0, Float.NaN, 0, 0}).toList();
    Assertions.assertThatExceptionOfType(NonFinitePredictionException.class)
        .isThrownBy(() -> prior(broken).sample(List.of(draw(1)), guided(2), SamplingListener.NONE));
  }
}
