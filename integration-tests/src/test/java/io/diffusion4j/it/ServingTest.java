package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.multibindings.Multibinder;
import com.google.protobuf.ByteString;
import io.diffusion4j.client.Generation;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationClient.ProgressListener;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.decoder.DiffusionDecoder;
import io.diffusion4j.decoder.DiffusionUpsampler;
import io.diffusion4j.diffusion.argument.ByName;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.sampling.Sampler;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.emoji.train.EmojiPreset;
import io.diffusion4j.prior.DiffusionPrior;
import io.diffusion4j.provenance.Provenance;
import io.diffusion4j.provenance.Recipe;
import io.diffusion4j.provenance.SourceType;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageToImageTask;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.InterpolationTask;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.TextDiffTask;
import io.diffusion4j.serving.v1.TextToImageTask;
import io.diffusion4j.serving.v1.UpscaleTask;
import io.diffusion4j.serving.v1.VariationTask;
import io.diffusion4j.unclip.training.UnclipPreset;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A real pipeline on a real port. */
@Tag("slow")
@ExtendWith(TinyPipeline.Resolver.class)
class ServingTest {
  private static final ByName<Sampler> SAMPLERS = Samplers.standard();
  private static final int BATCH = 2;

  private final TinyPipeline tiny;

  ServingTest(TinyPipeline tiny) {
    this.tiny = tiny;
  }

  @Test
  void theFilesAreThoseOfThePipelineWithTheirRecipes() throws IOException {
    List<Image> drawn = tiny.draw("a red apple", 3, 5, SAMPLERS.named("ddim"));
    try (var server = server().start();
        var client = client(server)) {
      Generation generation =
          client.generate(
              request("a red apple", 5).setImageCount(3).build(), ProgressListener.NONE);
      assertThat(generation.failures()).isEmpty();
      assertThat(generation.images()).hasSize(3);
      for (int i = 0; i < 3; i++) {
        Generation.Picture picture = generation.images().get(i);
        var recipe = new Recipe(Recipes.KEYWORD, picture.recipe());
        assertThat(picture.png())
            .as("image %d", i)
            .isEqualTo(
                Provenance.DECLARED.encode(
                    drawn.get(i), Optional.of(recipe), SourceType.TRAINED_ALGORITHMIC_MEDIA));
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

  /** Fifty recipes that share the networks' batches at random. */
  @Test
  void whatARecipeDrawsDoesNotDependOnItsCompany() throws Exception {
    var random = new SplittableRandom(50);
    List<GenerateImagesRequest> recipes = Stream.generate(() -> recipe(random)).limit(50).toList();
    try (var server = server().start();
        var client = client(server)) {
      List<List<HashCode>> alone = recipes.stream().map(recipe -> hashes(client, recipe)).toList();
      ExecutorService threads = Executors.newFixedThreadPool(8);
      try {
        List<Future<List<HashCode>>> company = new ArrayList<>();
        for (var recipe : recipes) {
          company.add(threads.submit(() -> hashes(client, recipe)));
        }
        for (int i = 0; i < recipes.size(); i++) {
          assertThat(company.get(i).get()).as("%s", recipes.get(i)).isEqualTo(alone.get(i));
        }
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static List<HashCode> hashes(GenerationClient client, GenerateImagesRequest request) {
    return files(client, request).stream().map(Hashing.sha256()::hashBytes).toList();
  }

  private static GenerateImagesRequest recipe(SplittableRandom random) {
    var recipe =
        request("a %s".formatted(one(random, "red apple", "green frog", "pizza")), random.nextInt())
            .setImageCount(random.nextInt(1, 4));
    for (String stage :
        List.of(DiffusionPrior.STAGE, DiffusionDecoder.STAGE, DiffusionUpsampler.STAGE)) {
      var options =
          StageOptions.newBuilder()
              .setSampler(
                  one(
                      random,
                      "ddim",
                      "ddpm-small",
                      "dpmpp-2m",
                      "dpmpp-2s",
                      "euler",
                      "euler-ancestral",
                      "heun",
                      "sde-dpmpp-2m",
                      "unclip"))
              .setSteps(random.nextInt(1, 5));
      if (!stage.equals(DiffusionUpsampler.STAGE)) { // which has no guidance
        options.setGuidanceScale(random.nextInt(1, 5));
      }
      recipe.putStages(stage, options.build());
    }
    return recipe.build();
  }

  private static String one(SplittableRandom random, String... of) {
    return of[random.nextInt(of.length)];
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

  static List<GenerateImagesRequest.Builder> tasks() {
    int side = TinyPipeline.IMAGE_SIZE;
    InputImage image = file(gradient(side));
    InputImage mask = file(new Image(side, side, leftHalf(side)));
    var prompt = PromptSpec.newBuilder().setText("a red apple");
    var embedding = Embedding.newBuilder();
    for (int i = 0; i < EmojiPreset.tiny().sizes().of(UnclipPreset.class).clip().embedding(); i++) {
      embedding.addValues(i % 2 == 0 ? 1 : -0.5f);
    }
    return List.of(
        GenerateImagesRequest.newBuilder().setVariation(VariationTask.newBuilder().setImage(image)),
        GenerateImagesRequest.newBuilder()
            .setInterpolation(InterpolationTask.newBuilder().setFirst(image).setSecond(mask)),
        GenerateImagesRequest.newBuilder()
            .setInpaint(InpaintTask.newBuilder().setImage(image).setMask(mask).setPrompt(prompt)),
        GenerateImagesRequest.newBuilder()
            .setImageToImage(ImageToImageTask.newBuilder().setImage(image).setPrompt(prompt)),
        GenerateImagesRequest.newBuilder()
            .setUpscale(UpscaleTask.newBuilder().setImage(file(gradient(16)))),
        GenerateImagesRequest.newBuilder()
            .setTextDiff(
                TextDiffTask.newBuilder().setImage(image).setFromText("a cat").setToText("a dog")),
        GenerateImagesRequest.newBuilder()
            .setFromEmbedding(FromEmbeddingTask.newBuilder().setImageEmbedding(embedding)));
  }

  @ParameterizedTest
  @MethodSource("tasks")
  void everyTaskIsDrawnAloneAsInCompany(GenerateImagesRequest.Builder request) throws IOException {
    request.addSeeds(5);
    try (var server = server().start();
        var client = client(server)) {
      List<byte[]> three = files(client, request.setImageCount(3).build());
      List<byte[]> last = files(client, request.setImageCount(1).setFirstImage(2).build());
      assertThat(three).hasSize(3);
      assertThat(last).containsExactly(three.get(2));
    }
  }

  @Test
  void whatIsKeptOfAnImageIsInTheFileAsItWasGiven() throws IOException {
    int side = TinyPipeline.IMAGE_SIZE;
    Image image = gradient(side);
    float[] mask = leftHalf(side);
    try (var server = server().start();
        var client = client(server)) {
      byte[] png =
          files(
                  client,
                  GenerateImagesRequest.newBuilder()
                      .addSeeds(5)
                      .setInpaint(
                          InpaintTask.newBuilder()
                              .setImage(file(image))
                              .setMask(file(new Image(side, side, mask))))
                      .build())
              .get(0);
      float[] drawn = ImageFiles.read(png, 1 << 20).pixels();
      float[] given = ImageFiles.read(Png.encode(image, Map.of()), 1 << 20).pixels();
      for (int i = 0; i < drawn.length; i++) {
        if (mask[i] < 0) {
          assertThat(drawn[i]).isEqualTo(given[i]);
        }
      }
    }
  }

  private static Image gradient(int side) {
    float[] pixels = new float[3 * side * side];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(0.7 * (i % 3) + 4.0 * i / pixels.length);
    }
    return new Image(side, side, pixels);
  }

  /** White in the left half, black in the right one. */
  private static float[] leftHalf(int side) {
    float[] mask = new float[3 * side * side];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = i / 3 % side < side / 2 ? 1 : -1;
    }
    return mask;
  }

  private static InputImage file(Image image) {
    return InputImage.newBuilder()
        .setData(ByteString.copyFrom(Png.encode(image, Map.of())))
        .build();
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

  /** The request that equals {@link TinyPipeline#draw}. */
  private static GenerateImagesRequest.Builder request(String prompt, long seed) {
    return GenerateImagesRequest.newBuilder()
        .setTextToImage(
            TextToImageTask.newBuilder().setPrompt(PromptSpec.newBuilder().setText(prompt)))
        .addSeeds(seed);
  }

  private DiffusionServer server() {
    var engine = tiny.served(BATCH);
    return Guice.createInjector(
            new ServingModule(ServerConfig.loopback().withPort(0)),
            new AbstractModule() {
              @Override
              protected void configure() {
                Multibinder.newSetBinder(binder(), ImagePipeline.class)
                    .addBinding()
                    .toInstance(engine);
              }
            })
        .getInstance(DiffusionServer.class);
  }
}
