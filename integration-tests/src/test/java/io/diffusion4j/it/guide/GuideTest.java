package io.diffusion4j.it.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.checkpoint.TensorSource;
import io.diffusion4j.cli.Run;
import io.diffusion4j.diffusion.continuous.GaussianMixture;
import io.diffusion4j.diffusion.continuous.GaussianMixture.Component;
import io.diffusion4j.diffusion.denoiser.Denoiser;
import io.diffusion4j.diffusion.denoiser.Prediction;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.process.ForwardProcess;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.schedule.LinearSchedule;
import io.diffusion4j.diffusion.schedule.NoiseSchedule;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.nn.engine.CompiledNetwork;
import io.diffusion4j.toy.PointSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guide's statements about its code are true. */
class GuideTest {
  private static final Path MODEL = Path.of("../emoji/model");
  private static final NoiseSchedule LINEAR = new LinearSchedule(1000);

  @Test
  void theEstimateOfX0InvertsTheNoise() {
    for (int t : new int[] {0, 500, 990}) {
      assertThat(Symbols.x0(t, Symbols.noised(t, -0.4, 1.3), 1.3)).isCloseTo(-0.4, within(1e-9));
    }
  }

  @Test
  void manyStepsOfNoiseAreOne() {
    var chain = Noise.stepByStep(499);
    var marginal = new ForwardProcess(LINEAR).marginal(499);
    assertThat(chain.scale()).isCloseTo(marginal.scale(), within(1e-12));
    assertThat(chain.variance()).isCloseTo(marginal.variance(), within(1e-12));
  }

  @Test
  void whateverItBeginsWithTheProcessEndsInNoise() {
    double[] early = Noise.diffuse(2000, 0.1);
    double[] late = Noise.diffuse(2000, 10);
    assertThat(Arrays.stream(early).average().orElseThrow()).isGreaterThan(2.5);
    double mean = Arrays.stream(late).average().orElseThrow();
    assertThat(mean).isCloseTo(0, within(0.1));
    assertThat(Arrays.stream(late).map(x -> x * x).average().orElseThrow() - mean * mean)
        .isCloseTo(1, within(0.1));
  }

  @Test
  void aScheduleOfOnesOwnIsOneMethod() {
    var schedule = new ASchedule(1000);
    assertThat(schedule.alphaBar(NoiseSchedule.CLEAN)).isEqualTo(1);
    assertThat(schedule.alphaBar(999)).isGreaterThan(0);
    assertThat(schedule.beta(999)).isCloseTo(0.75, within(1e-9));
  }

  @Test
  void theMeanOfThePosteriorIsTheSameFromX0AndFromEps() {
    for (int t : new int[] {1, 250, 999}) {
      double eps = 0.3;
      double x0 = -0.6;
      double xt = LINEAR.level(t).xt(x0, eps);
      assertThat(PosteriorMean.fromEps(t, eps, xt))
          .isCloseTo(PosteriorMean.fromX0(t, x0, xt), within(1e-9));
    }
  }

  /** The weight that the simple loss leaves out, in bits of one dimension. */
  @Test
  void theBoundIsAWeightedErrorOfTheNoise() {
    int t = 300;
    float[] x0 = {0.2f, -0.4f};
    float[] eps = {1, -0.5f};
    var terms = TheBound.terms(t, x0, eps, new float[] {0.5f, -0.25f});
    assertThat(terms.loss()).isEqualTo(terms.mse()).isCloseTo(0.15625, within(1e-9));
    double beta = LINEAR.beta(t);
    double variance = new ForwardProcess(LINEAR).posterior(t).variance();
    double weight = beta * beta / (2 * variance * (1 - beta) * (1 - LINEAR.alphaBar(t)));
    assertThat(terms.bound())
        .isCloseTo(weight * terms.mse() / Math.log(2), within(1e-4 * terms.bound()));
    assertThat(TheBound.terms(t, x0, eps, eps).bound()).isCloseTo(0, within(1e-6));
  }

  /** 256 points of two half moons for each step. */
  private static Supplier<float[]> moons() {
    var random = new SplittableRandom(7);
    var points = PointSet.standard().named("moons");
    return () -> {
      float[] batch = new float[512];
      for (int i = 0; i < 512; i += 2) {
        double[] point = points.draw(random);
        batch[i] = (float) point[0];
        batch[i + 1] = (float) point[1];
      }
      return batch;
    };
  }

  /** Computes the mean distance of points to the nearest of 1024 points of the data. */
  private static double distance(float[] points) {
    var data = moons();
    List<float[]> near = Stream.generate(data).limit(4).toList();
    double sum = 0;
    for (int i = 0; i < points.length; i += 2) {
      double least = Double.MAX_VALUE;
      for (float[] batch : near) {
        for (int k = 0; k < batch.length; k += 2) {
          double d = Math.hypot(points[i] - batch[k], points[i + 1] - batch[k + 1]);
          least = Math.min(least, d);
        }
      }
      sum += least;
    }
    return sum / (points.length / 2.0);
  }

  /** Computes the mean distance between the points of two samples of the same noise. */
  private static double apart(float[] first, float[] second) {
    return IntStream.range(0, first.length / 2)
        .map(i -> 2 * i)
        .mapToDouble(i -> Math.hypot(first[i] - second[i], first[i + 1] - second[i + 1]))
        .average()
        .orElseThrow();
  }

  private static float[] noise(int seed) {
    return new PhiloxNoise(seed, 0).gaussian("guide", PhiloxNoise.INITIAL, 1000);
  }

  /** The weights of the program after 1000 steps, trained once for all tests. */
  private static final class Trained {
    static final List<Double> LOSSES = new ArrayList<>();
    static final TensorSource WEIGHTS = PointDiffusion.train(moons(), 1000, LOSSES::add);

    private Trained() {}
  }

  private static double mean(List<Double> losses) {
    return losses.stream().mapToDouble(loss -> loss).average().orElseThrow();
  }

  /** Chapters 5 and 6: algorithms 1 and 2, and DDIM in place of algorithm 2. */
  @Test
  void theProgramLearnsTwoMoonsInSeconds() {
    TensorSource weights = Trained.WEIGHTS;
    List<Double> losses = Trained.LOSSES;
    assertThat(mean(losses.subList(980, 1000))).isLessThan(0.8 * mean(losses.subList(0, 20)));
    assertThat(distance(noise(1))).isGreaterThan(0.3);
    float[] points = PointDiffusion.sample(weights, 500, 1);
    assertThat(points).hasSize(1000);
    assertThat(distance(points)).isLessThan(0.1);
    float[] ddim = PointDdim.sample(weights, noise(1), 50);
    assertThat(distance(ddim)).isLessThan(0.12);
    assertThat(apart(PointDdim.sample(weights, noise(1), 20), ddim)).isLessThan(0.1);
    assertThat(apart(PointDdim.sample(weights, noise(1), 5), ddim)).isGreaterThan(0.2);
  }

  /** Chapter 11: a velocity network, and the velocity of a network of ε. */
  @Test
  void straightLinesLeadToTheSameMoons() {
    TensorSource flow = PointFlow.train(moons(), 1000, loss -> {});
    assertThat(distance(PointFlow.sample(flow, noise(1), 20))).isLessThan(0.12);

    try (var network =
        new CompiledNetwork(PointDiffusion::network, Trained.WEIGHTS, PointDiffusion.COMPUTE)) {
      float[] x = noise(1);
      for (int i = 19; i > 0; i--) { // not from σ = 1, where x is noise alone
        float[] v = PointVelocity.velocity(network, x, i / 20.0);
        for (int k = 0; k < x.length; k++) {
          x[k] -= v[k] / 20;
        }
      }
      assertThat(distance(x)).isLessThan(0.15);
    }
  }

  /** Chapter 12, and its second exercise. */
  @Test
  void aStudentDrawsInOneCallWhatItsTeacherCannot() {
    TensorSource teacher = Trained.WEIGHTS;
    float[] points = PointStudent.sample(student(teacher, 2048), noise(1));
    double alone = distance(PointDdim.sample(teacher, noise(1), 1));
    assertThat(distance(points)).isLessThan(0.5 * alone).isLessThan(0.15);

    float[] few = PointStudent.sample(student(teacher, 64), noise(1));
    float[] expected = PointDdim.sample(teacher, noise(1), 50);
    assertThat(distance(few)).isLessThan(0.15);
    assertThat(apart(points, expected)).isLessThan(0.03);
    assertThat(apart(few, expected)).isLessThan(0.15).isGreaterThan(3 * apart(points, expected));
  }

  private static TensorSource student(TensorSource teacher, int pairs) {
    float[] start = new PhiloxNoise(5, 0).gaussian("pairs", PhiloxNoise.INITIAL, 2 * pairs);
    return PointStudent.distil(start, PointDdim.sample(teacher, start, 50), 1000);
  }

  /** Chapter 10: an eighth of the side, and 48 times fewer values. */
  @Test
  void anAutoencoderMakesLatentsOfPixels(@TempDir Path folder) {
    Path model = folder.resolve("random");
    Run init = Run.of("init", "--config", "sd_small", "--output", model.toString());
    assertThat(init.status()).as(init.err()).isZero();
    var latents = Latents.of(model);
    var image = new Image(64, 32, new float[3 * 64 * 32]);
    float[] z = latents.encode(image);
    assertThat(48 * z.length).isEqualTo(image.pixels().length);
    Image decoded = latents.decode(z, 4, 8);
    assertThat(decoded.width()).isEqualTo(64);
    assertThat(decoded.height()).isEqualTo(32);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ddpm-small", "ddim", "heun", "dpmpp-2m"})
  void anExactScoreLeadsNoiseToTheData(String sampler) {
    var data =
        new GaussianMixture(
            List.of(
                new Component(0.5, List.of(-1.0), 0.01), new Component(0.5, List.of(1.0), 0.01)));
    var network = new ExactDenoiser(new ForwardProcess(LINEAR), data);
    float[] x = ASampler.draw(Samplers.standard().named(sampler), network, 50, 400, 3);
    DoubleStream sizes = IntStream.range(0, x.length).mapToDouble(i -> Math.abs(x[i]));
    assertThat(sizes.filter(size -> Math.abs(size - 1) < 0.4).count()).isGreaterThan(380);
    long right = IntStream.range(0, x.length).filter(i -> x[i] > 0).count();
    assertThat(right).isBetween(140L, 260L);
  }

  @Test
  void fewerStepsAreAWorseSampleOfTheSameNoise() {
    var data = new GaussianMixture(List.of(new Component(1, List.of(0.5), 0.04)));
    var network = new ExactDenoiser(new ForwardProcess(LINEAR), data);
    double few = spread(ASampler.draw(new DdimSampler(0), network, 3, 1000, 1));
    double many = spread(ASampler.draw(new DdimSampler(0), network, 100, 1000, 1));
    assertThat(Math.abs(many - 0.2)).isLessThan(Math.abs(few - 0.2)).isLessThan(0.02);
  }

  private static double spread(float[] x) {
    double mean = IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElseThrow();
    double square =
        IntStream.range(0, x.length).mapToDouble(i -> x[i] * x[i]).average().orElseThrow();
    return Math.sqrt(square - mean * mean);
  }

  /** Predicts 3 with a text and 1 without. */
  private record Answers() implements Denoiser<String> {
    @Override
    public Parameterization parameterization() {
      return Parameterization.EPS;
    }

    @Override
    public List<Prediction> predict(List<Query<String>> queries) {
      return queries.stream()
          .map(query -> Prediction.of(new float[] {query.condition().isEmpty() ? 1 : 3}))
          .toList();
    }
  }

  @Test
  void guidanceGoesFromTheUnconditionalAnswerPastTheConditionalOne() {
    for (double scale : new double[] {0, 1, 2.5}) {
      var guided = WithGuidance.predict(new Answers(), new float[1], 500, "an owl", scale);
      assertThat(guided.output()[0]).isEqualTo((float) (1 + scale * 2));
    }
  }

  @Test
  void clipNamesWhatUnclipDraws() throws IOException {
    byte[][] files = Unclip.draw(MODEL);
    assertThat(files[0]).isNotEqualTo(files[1]).isNotEqualTo(files[2]);
    for (int i = 0; i < 2; i++) {
      var best =
          ZeroShot.classify(
              MODEL, ImageFiles.read(files[i], 1 << 20), List.of("an owl", "a red apple", "rain"));
      assertThat(best.get(0).label()).isEqualTo("a red apple");
      assertThat(best.get(0).probability()).isGreaterThan(0.9);
    }
  }
}
