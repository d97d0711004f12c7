package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.client.Generation;
import io.diffusion4j.client.Recipes;
import io.diffusion4j.client.Requests;
import io.diffusion4j.filters.FilterModule;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.Plugins;
import io.diffusion4j.pipeline.Residency;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.v1.FilterScore;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelFilter;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From the file of a filter to the response of a server. */
@ExtendWith(TinyPipeline.Resolver.class)
class FilterFilesTest {
  private static final String FILE =
      """
      name: house
      %s
      concepts:
        - name: all
          texts: [a red apple]
          negative: [a blue star]
          threshold: 1e-9
        - name: nothing
          texts: [a blue star]
          negative: [a red apple]
          threshold: 0.999999999
      """;

  private final Path model;
  @TempDir Path folder = Path.of("");

  FilterFilesTest(TinyPipeline tiny) {
    model = tiny.folder();
  }

  /** Filters by the model's own CLIP, and by the CLIP of a folder, which are the same here. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aServedModelIsJudgedByAFile(boolean own) throws IOException {
    String clip = own ? "" : "clip: " + model.toAbsolutePath();
    Path file = Files.writeString(folder.resolve("house.yaml"), FILE.formatted(clip));
    var filter = FilterModule.read(file, Compute.of(Precision.FLOAT32));
    var models =
        LocalModels.load(
            List.of(ServedModel.of(model, TinyPipeline.PRECISION)),
            OpenOptions.with(Residency.ALWAYS),
            Plugins.ofClassPath().add(filter, file.toString()));
    try (var local = LocalGeneration.of(models, ServerConfig.loopback())) {
      Model listed = local.client().models().get(0);
      assertThat(listed.getFiltersList())
          .singleElement()
          .satisfies(
              one -> {
                assertThat(one.getName()).isEqualTo("house");
                assertThat(one.getDigest()).startsWith("sha256:");
              });
      assertThat(listed.getPartsList()).isEmpty();
      var two = StageOptions.newBuilder().setSteps(2).build();
      var request = Requests.textToImage("a red apple").addSeeds(7).putStages("decoder", two);
      Generation.Picture picture = local.client().generate(request.build()).images().get(0);
      assertThat(picture.isRefused()).isTrue();
      assertThat(picture.metadata().getRefusal().getConcept()).isEqualTo("all");
      List<FilterScore> scores = picture.metadata().getFilterScoresList();
      assertThat(scores).extracting(FilterScore::getConcept).containsExactly("all", "nothing");
      assertThat(scores.get(0).getScore() + scores.get(1).getScore()).isBetween(0.999, 1.001);
      List<ModelFilter> inRecipe = Recipes.fromJson(picture.recipe()).getFiltersList();
      assertThat(inRecipe).isEqualTo(listed.getFiltersList());
    }
  }
}
