package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.SamplingListener;
import io.diffusion4j.diffusion.TextToImage;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.sampling.Samplers;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ImageEngine;
import io.diffusion4j.serving.ModelCard;
import io.diffusion4j.serving.Recipes;
import io.diffusion4j.serving.ServerConfig;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.StageCard;
import io.diffusion4j.serving.StageCard.Guidance;
import io.diffusion4j.serving.StageCard.Pixels;
import io.diffusion4j.serving.TextToImageEngine;
import io.diffusion4j.serving.client.Generation;
import io.diffusion4j.serving.client.GenerationClient;
import io.diffusion4j.serving.client.GenerationClient.ProgressListener;
import io.diffusion4j.serving.client.GenerationException;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.TextToImageTask;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A real pipeline behind a real port. */
@ExtendWith(TinyPipeline.Resolver.class)
class ServingTest {
  private static final Samplers SAMPLERS = Samplers.standard();
  private static final int BATCH = 2;

  private final TinyPipeline tiny;

  ServingTest(TinyPipeline tiny) {
    this.tiny = tiny;
  }

  @Test
  void theFilesAreThoseOfThePipelineWithTheirRecipes() throws IOException {
    List<Image> drawn =
        tiny.textToImage()
            .generate(
                TinyPipeline.request("a red apple", 3, 5, SAMPLERS.named("ddim")),
                SamplingListener.NONE)
            .images();
    try (var server = server().start();
        var client = client(server)) {
      Generation generation =
          client.generate(
              request("a red apple", 5).setImageCount(3).build(), ProgressListener.NONE);
      assertThat(generation.failures()).isEmpty();
      assertThat(generation.images()).hasSize(3);
      for (int i = 0; i < 3; i++) {
        Generation.Picture picture = generation.images().get(i);
        assertThat(picture.png())
            .as("image %d", i)
            .isEqualTo(Png.encode(drawn.get(i), Map.of(Recipes.KEYWORD, picture.recipe())));
        assertThat(ImageFiles.read(picture.png(), 1 << 20).width())
            .isEqualTo(TinyPipeline.IMAGE_SIZE);
      }
    }
  }

  @Test
  void theRecipeInAFileDrawsItAgain() throws IOException {
    try (var server = server().start();
        var client = client(server)) {
      var request = request("a green frog", 5).setImageCount(3).build();
      byte[] last = client.generate(request, ProgressListener.NONE).images().get(2).png();
      var recipe = Recipes.fromJson(Png.text(last).getOrDefault(Recipes.KEYWORD, ""));
      Generation again = client.generate(recipe.getRequest(), ProgressListener.NONE);
      assertThat(again.images()).hasSize(1);
      assertThat(again.images().get(0).png()).isEqualTo(last);
    }
  }

  @Test
  void clientsAtOnceGetWhatTheyGetAlone() throws Exception {
    List<GenerateImagesRequest> requests =
        List.of(
            request("a red apple", 1).setImageCount(3).build(),
            request("a green frog", 2).build(),
            request("pizza", 3).setImageCount(2).build());
    try (var server = server().start();
        var client = client(server)) {
      List<List<byte[]>> alone = new ArrayList<>();
      for (var request : requests) {
        alone.add(files(client, request));
      }
      ExecutorService threads = Executors.newFixedThreadPool(requests.size());
      try {
        List<Future<List<byte[]>>> atOnce = new ArrayList<>();
        for (var request : requests) {
          atOnce.add(
              threads.submit(
                  () -> {
                    try (var own = client(server)) {
                      return files(own, request);
                    }
                  }));
        }
        for (int i = 0; i < requests.size(); i++) {
          assertThat(atOnce.get(i).get()).containsExactlyElementsOf(alone.get(i));
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  @Test
  void everyStageReportsProgress() throws IOException {
    var stages = new HashSet<String>();
    try (var server = server().start();
        var client = client(server)) {
      client.generate(
          request("a red apple", 1).build(),
          (Progress progress) -> stages.add(progress.getStage()));
      assertThat(client.models()).extracting(Model::getName).containsExactly("tiny");
    }
    assertThat(stages)
        .contains(DiffusionPrior.STAGE, DiffusionDecoder.STAGE, DiffusionUpsampler.STAGE);
  }

  @Test
  void theOwnProcessIsServedTheSameFilesWithoutAPort() throws IOException {
    var request = request("a red apple", 5).build();
    try (var server = server().start();
        var client = client(server);
        var inProcess = server().startInProcess("tiny");
        var here = GenerationClient.inProcess("tiny")) {
      assertThat(files(here, request)).containsExactlyElementsOf(files(client, request));
      assertThat(inProcess).isNotSameAs(server);
    }
  }

  @Test
  void aBadRequestIsRefusedInOneLine() throws IOException {
    try (var server = server().start();
        var client = client(server)) {
      var request =
          request("a red apple", 1)
              .putStages("decoder", StageOptions.newBuilder().setSampler("dmp").build());
      assertThatThrownBy(() -> client.generate(request.build(), ProgressListener.NONE))
          .isInstanceOf(GenerationException.class)
          .hasMessage(
              "127.0.0.1:"
                  + server.port()
                  + ": stages[\"decoder\"].sampler: \"dmp\" (expected: one of "
                  + String.join(", ", SAMPLERS.names())
                  + ")");
    }
  }

  private static List<byte[]> files(GenerationClient client, GenerateImagesRequest request) {
    return client.generate(request, ProgressListener.NONE).images().stream()
        .map(Generation.Picture::png)
        .toList();
  }

  private static GenerationClient client(DiffusionServer server) {
    return GenerationClient.connect("127.0.0.1:" + server.port());
  }

  /** As {@link TinyPipeline#request} asks the pipeline. */
  private static GenerateImagesRequest.Builder request(String prompt, long seed) {
    return GenerateImagesRequest.newBuilder()
        .setTextToImage(
            TextToImageTask.newBuilder().setPrompt(PromptSpec.newBuilder().setText(prompt)))
        .addSeeds(seed);
  }

  private DiffusionServer server() {
    var pipeline = tiny.injector().getInstance(TextToImage.class);
    var engine = new TextToImageEngine(card(), pipeline);
    return Guice.createInjector(
            new ServingModule(ServerConfig.loopback().withPort(0)),
            new AbstractModule() {
              @Override
              protected void configure() {
                Multibinder.newSetBinder(binder(), ImageEngine.class)
                    .addBinding()
                    .toInstance(engine);
              }
            })
        .getInstance(DiffusionServer.class);
  }

  private static ModelCard card() {
    int small = 16;
    int large = TinyPipeline.IMAGE_SIZE;
    return new ModelCard(
        "tiny",
        "random weights",
        "Apache-2.0",
        "sha256:" + "0".repeat(64),
        large,
        large,
        8,
        BATCH,
        List.of(
            stage(DiffusionPrior.STAGE, 4, new Guidance(2, 10), Pixels.NONE),
            stage(DiffusionDecoder.STAGE, 4, new Guidance(3, 10), new Pixels(small, small)),
            stage(DiffusionUpsampler.STAGE, 3, Guidance.NONE, new Pixels(large, large))));
  }

  private static StageCard stage(String name, int steps, Guidance guidance, Pixels draws) {
    return new StageCard(name, SAMPLERS, "ddim", steps, 1000, guidance, draws);
  }
}
