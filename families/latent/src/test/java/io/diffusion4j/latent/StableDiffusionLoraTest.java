package io.diffusion4j.latent;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.denoiser.Query;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.diffusion.stage.Pixels;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTensors;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.pipeline.Residency;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Both networks of a folder answer with a LoRA file as diffusers does with the same updates. */
class StableDiffusionLoraTest {
  private static final double TOLERANCE = 2e-5;

  @GoldenTest(GoldenKind.LATENT_LORA)
  void everyLayoutAnswersAsTheReference(GoldenCase golden) {
    var layouts = ComponentConfig.read(golden.file("layouts.json"));
    var io = golden.io();
    assertAnswers(golden, List.of(), "out.base");
    for (String layout : layouts.names()) {
      String expected = "out." + layouts.text(layout);
      var choice = new LoraChoice(layout, golden.file(layout), 1);
      assertAnswers(golden, List.of(choice), expected);
      if (io.has(expected + ".half")) {
        assertAnswers(golden, List.of(choice.withScale(0.5)), expected + ".half");
      }
    }
  }

  private static void assertAnswers(GoldenCase golden, List<LoraChoice> loras, String expected) {
    Path folder = golden.file(golden.json().get("base").asText());
    var io = golden.io();
    var compute = Compute.of(Precision.FLOAT32);
    var updates = StableDiffusionModel.loras(folder, loras);
    try (var unet =
            new UnetModel(
                folder.resolve("unet"),
                weights -> updates.merge("unet", weights),
                Parameterization.EPS,
                io.size("in.encoder_hidden_states", 1),
                compute);
        var model = StableDiffusionModel.load(folder, compute, Residency.ONE_AT_A_TIME, loras)) {
      List<float[]> outputs = new ArrayList<>();
      unet.denoiser().predict(queries(io)).forEach(each -> outputs.add(each.output()));
      assertClose(Rows.stack(outputs), io.image(expected), TOLERANCE);

      var words = StableDiffusionFolder.WORDS.readIn(folder);
      int[] ids = io.ints("in.input_ids");
      int rows = io.size("in.input_ids", 0);
      List<String> texts = new ArrayList<>();
      for (int i = 0; i < rows; i++) {
        int[] own = Arrays.copyOfRange(ids, i * ids.length / rows, (i + 1) * ids.length / rows);
        int end = 1;
        while (own[end] != words.endId()) {
          end++;
        }
        texts.add(words.decode(Arrays.copyOfRange(own, 1, end)));
        assertThat(words.encode(texts.get(i)).ids()).containsExactly(own);
      }
      var states = model.textEncoder().encode(texts).stream().map(text -> text.hidden()).toList();
      assertClose(Rows.stack(states), io.floats(expected + ".states"), TOLERANCE);
    }
  }

  private static List<Query<UnetCondition>> queries(GoldenTensors io) {
    int rows = io.size("in.sample", 0);
    var size = new Pixels(io.size("in.sample", 3), io.size("in.sample", 2));
    var samples = Rows.unstack(io.image("in.sample"), rows);
    var states = Rows.unstack(io.floats("in.encoder_hidden_states"), rows);
    double[] times = io.values("in.timestep");
    List<Query<UnetCondition>> queries = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      queries.add(new Query<>(samples.get(i), times[i], UnetCondition.of(size, states.get(i))));
    }
    return queries;
  }
}
