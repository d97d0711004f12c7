package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Key;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.component.ImageDecoder;
import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.PhiloxNoise;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.UnclipParts;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.DdimSampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.unclip.UnclipModel;
import io.diffusion4j.unclip.UnclipModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Prompts become pictures, through every part of the model and TensorFlow. */
@ExtendWith(TinyPipeline.Resolver.class)
class GenerationTest {
  private static final Sampler DDIM = new DdimSampler(0);

  private final TinyPipeline tiny;

  GenerationTest(TinyPipeline tiny) {
    this.tiny = tiny;
  }

  static Stream<String> samplers() {
    return Samplers.standard().names().stream();
  }

  @ParameterizedTest
  @MethodSource("samplers")
  void everySamplerDrawsAPictureOfTheRightSize(String name) {
    var injector = tiny.injector();
    var sampler = injector.getInstance(new Key<ByName<Sampler>>() {}).named(name);
    Image image = tiny.draw("a red apple", 1, 7, sampler).get(0);
    assertThat(image.width()).isEqualTo(TinyPipeline.IMAGE_SIZE);
    assertThat(image.height()).isEqualTo(TinyPipeline.IMAGE_SIZE);
    assertThat(tiny.model().imageSize()).isEqualTo(TinyPipeline.IMAGE_SIZE);
    assertThat(image.pixels()).as("pixels").doesNotContain(Float.NaN).hasSize(3 * 64 * 64);
    for (float pixel : image.pixels()) {
      assertThat(Float.isFinite(pixel)).isTrue();
    }
    assertThat(distinct(image.pixels())).as("different values").isGreaterThan(100);
  }

  @Test
  void theSameSeedDrawsTheSamePixels() {
    var first = draw("a red apple", 7);
    assertThat(draw("a red apple", 7).pixels()).isEqualTo(first.pixels());
  }

  @Test
  void anotherSeedAndAnotherPromptDrawOtherPixels() {
    var first = draw("a red apple", 7);
    assertThat(draw("a red apple", 8).pixels()).isNotEqualTo(first.pixels());
    assertThat(draw("a green frog", 7).pixels()).isNotEqualTo(first.pixels());
  }

  @Test
  void anImageIsTheSameAloneAndAmongOthersOfItsRequest() {
    var together = tiny.draw("a red apple", 5, 7, DDIM);
    for (int i = 0; i < 5; i++) {
      var alone =
          tiny.pipeline()
              .draw(
                  ImageTask.of("a red apple"),
                  TinyPipeline.stages(DDIM),
                  List.of(new PhiloxNoise(7, i)),
                  SamplingListener.NONE);
      assertThat(alone.get(0).pixels()).as("image %d", i).isEqualTo(together.get(i).pixels());
    }
  }

  /** The prior computes four rows for one image, and twenty for five images. */
  @Test
  void noPrecisionLetsTheCompanyShow() {
    try (var model = UnclipModel.load(tiny.folder(), Compute.of(Precision.FLOAT32))) {
      var parts =
          Guice.createInjector(
                  new UnclipModule(model, OpenOptions.with(Residency.ALWAYS).withCandidates(2)))
              .getInstance(UnclipParts.class);
      var task = ImageTask.of("a red apple");
      var stages = TinyPipeline.stages(DDIM);
      var noise = PhiloxNoise.images(7, 5);
      var together = Drawing.of(parts, task, stages, noise);
      for (int i = 0; i < 5; i++) {
        var alone = Drawing.of(parts, task, stages, noise.subList(i, i + 1));
        assertThat(alone.imageEmbeddings().get(0)).isEqualTo(together.imageEmbeddings().get(i));
        assertThat(alone.images().get(0).pixels()).isEqualTo(together.images().get(i).pixels());
      }
    }
  }

  @Test
  void aRequestIsTheSameAloneAndInCompany() throws Exception {
    List<String> prompts = List.of("a red apple", "a green frog", "", "pizza", "a green apple");
    var pipeline = tiny.pipeline();
    List<Callable<List<Image>>> requests = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      var task = ImageTask.of(prompts.get(i));
      var noise = PhiloxNoise.images(i, 1 + i % 3);
      requests.add(
          () -> pipeline.draw(task, TinyPipeline.stages(DDIM), noise, SamplingListener.NONE));
    }
    List<List<Image>> alone = new ArrayList<>();
    for (var request : requests) {
      alone.add(request.call());
    }

    ExecutorService threads = Executors.newFixedThreadPool(requests.size());
    try {
      var start = new CountDownLatch(requests.size());
      List<Future<List<Image>>> inCompany = new ArrayList<>();
      for (var request : requests) {
        inCompany.add(
            threads.submit(
                () -> {
                  start.countDown();
                  start.await();
                  return request.call();
                }));
      }
      for (int i = 0; i < requests.size(); i++) {
        List<Image> images = inCompany.get(i).get();
        for (int j = 0; j < images.size(); j++) {
          assertThat(images.get(j).pixels())
              .as("image %d of request %d", j, i)
              .isEqualTo(alone.get(i).get(j).pixels());
        }
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aPictureHasVariations() {
    var settings = new SamplingSettings(DDIM, 3, 2);
    var images =
        tiny.pipeline()
            .draw(
                new ImageTask.Variation(draw("a red apple", 7), ImageTask.Words.NONE),
                Map.of(ImageDecoder.STAGE, settings, Upsampler.STAGE, settings),
                PhiloxNoise.images(1, 1),
                SamplingListener.NONE);
    assertThat(images.get(0).width()).isEqualTo(TinyPipeline.IMAGE_SIZE);
    assertThat(distinct(images.get(0).pixels())).isGreaterThan(100);
  }

  @Test
  void everyStageReportsItsSteps() {
    List<String> reports = new ArrayList<>();
    tiny.pipeline()
        .draw(
            ImageTask.of("a red apple"),
            TinyPipeline.stages(DDIM),
            PhiloxNoise.images(7, 1),
            progress ->
                reports.add(progress.stage() + " " + progress.step() + "/" + progress.steps()));
    assertThat(reports)
        .containsExactly(
            "prior 0/4",
            "prior 1/4",
            "prior 2/4",
            "prior 3/4",
            "prior 4/4",
            "decoder 0/4",
            "decoder 1/4",
            "decoder 2/4",
            "decoder 3/4",
            "decoder 4/4",
            "super_res 0/3",
            "super_res 1/3",
            "super_res 2/3",
            "super_res 3/3");
  }

  private Image draw(String prompt, long seed) {
    return tiny.draw(prompt, 1, seed, DDIM).get(0);
  }

  private static long distinct(float[] values) {
    List<Float> boxed = new ArrayList<>(values.length);
    for (float value : values) {
      boxed.add(value);
    }
    return boxed.stream().distinct().count();
  }
}
