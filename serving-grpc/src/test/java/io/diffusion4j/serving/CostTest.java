package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.diffusion4j.diffusion.component.Upsampler;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.noise.NoiseSource;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ImageTask;
import io.diffusion4j.diffusion.pipeline.ModelCard;
import io.diffusion4j.diffusion.stage.SamplingListener;
import io.diffusion4j.diffusion.stage.SamplingSettings;
import io.diffusion4j.diffusion.stage.Sizes;
import io.diffusion4j.diffusion.stage.Stage;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageSize;
import io.diffusion4j.serving.v1.StageOptions;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests are limited by their cost, not by their number. */
@Timeout(60)
class CostTest {
  /** The cost of prior and decoder, both guided, and upsampler: steps × pixels × passes. */
  private static final double OF_AN_IMAGE =
      (3 * 1024 * 2 + 4 * ToyModel.SMALL * ToyModel.SMALL * 2 + 2 * ToyModel.LARGE * ToyModel.LARGE)
          / 1e6;

  private static double cost(TestServer server, GenerateImagesRequest.Builder request) {
    var plan = request.clone().setValidateOnly(true).build();
    return server.blocking().generateImages(plan).getPlan().getCost();
  }

  @Test
  void itIsPixelsTimesStepsTimesPasses() throws Exception {
    try (var server = new TestServer(ToyModel.named("toy"))) {
      assertThat(cost(server, request("a"))).isCloseTo(OF_AN_IMAGE, within(1e-9));
      assertThat(cost(server, request("a").setImageCount(7)))
          .isCloseTo(7 * OF_AN_IMAGE, within(1e-9));
      var unguided = steps(4).toBuilder().setGuidanceScale(1).build();
      assertThat(cost(server, request("a").putStages("decoder", unguided)))
          .isCloseTo(OF_AN_IMAGE - 256e-6, within(1e-9));
    }
  }

  @Test
  void aWeakerPredictionIsAPassMore() throws Exception {
    var model = new OfStages(ToyModel.named("toy"), stage -> stage.withWeaker(true));
    try (var server = new TestServer(model)) {
      var away = steps(4).toBuilder().setGuider("cfg:weak=1");
      assertThat(cost(server, request("a").putStages("decoder", away.build())))
          .isCloseTo(OF_AN_IMAGE + 256e-6, within(1e-9));
      assertThat(cost(server, request("a").putStages("decoder", away.setGuidanceScale(1).build())))
          .isCloseTo(OF_AN_IMAGE, within(1e-9));
    }
  }

  @Test
  void itFollowsTheRequestedSize() throws Exception {
    var model =
        new OfStages(
            ToyModel.named("toy"),
            s -> s.name().equals(Upsampler.STAGE) ? s.withSizes(new Sizes(8, 640)) : s);
    try (var server = new TestServer(model)) {
      var size = ImageSize.newBuilder().setWidth(321).setHeight(2 * ToyModel.LARGE);
      var larger = StageOptions.newBuilder().setSize(size).build();
      int drawn = 328 * 2 * ToyModel.LARGE; // the width is rounded up
      assertThat(cost(server, request("a").putStages(Upsampler.STAGE, larger)))
          .isCloseTo(OF_AN_IMAGE + 2e-6 * (drawn - ToyModel.LARGE * ToyModel.LARGE), within(1e-9));
    }
  }

  /** A model that offers other stages. */
  private record OfStages(ImagePipeline model, UnaryOperator<Stage> change)
      implements ImagePipeline {
    @Override
    public ModelCard card() {
      ModelCard of = model.card();
      var stages = of.stages().stream().map(change).toList();
      return new ModelCard(of.identity(), of.images(), of.limits(), stages, of.tasks());
    }

    @Override
    public Map<String, Integer> steps(ImageTask task, Map<String, SamplingSettings> settings) {
      return model.steps(task, settings);
    }

    @Override
    public List<Image> draw(
        ImageTask task,
        Map<String, SamplingSettings> settings,
        List<NoiseSource> noise,
        SamplingListener listener) {
      return model.draw(task, settings, noise, listener);
    }
  }

  @Test
  void aRequestThatCostsTooMuchIsRefused() throws Exception {
    var limits = CONFIG.limits().withRequestCost(3.5 * OF_AN_IMAGE);
    try (var server = new TestServer(CONFIG.withLimits(limits), ToyModel.named("toy"))) {
      var three = request("a").setImageCount(3).build();
      assertThat(server.blocking().generateImages(three).getImagesCount()).isEqualTo(3);
      var four = request("a").setImageCount(4);
      for (boolean only : new boolean[] {true, false}) {
        var asked = four.setValidateOnly(only).build();
        var refusal = Refusal.of(() -> server.blocking().generateImages(asked));
        assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
        assertThat(refusal.reason()).isEqualTo("COST_TOO_HIGH");
      }
    }
  }

  @Test
  void aQuotaOfCostIsKept() throws Exception {
    var quota = new Quota(1000, 1000, 1, 1000);
    try (var server =
        new TestServer(
            CONFIG,
            TestServer.asking(token -> Principal.ANYBODY.withQuota(quota)),
            ToyModel.named("toy"))) {
      // This costs more than a minute's quota, and is admitted since nothing is owed.
      var large = request("a").setImageCount(10).putStages("decoder", steps(1000)).build();
      assertThat(server.blocking().generateImages(large).getImagesCount()).isEqualTo(10);
      var refusal = Refusal.of(() -> server.blocking().generateImages(request("b").build()));
      assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal.reason()).isEqualTo("QUOTA_EXCEEDED");
    }
  }
}
