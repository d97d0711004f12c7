package io.diffusion4j.latent;

import static io.diffusion4j.tf.testing.Golden.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.checkpoint.Checkpoint;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipTextModel;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.golden.GoldenCase;
import io.diffusion4j.golden.GoldenKind;
import io.diffusion4j.golden.GoldenTest;
import io.diffusion4j.nn.Rows;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.nn.engine.Engines;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.unclip.UnclipFolder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts have the states of transformers' tower, their padding included. */
class TextTowerTest {
  private static final double TOLERANCE = 1e-5;

  @GoldenTest(GoldenKind.TEXT_STATES)
  void theTokensAreTransformers(GoldenCase golden) {
    var tokenizer = tokenizer(golden);
    var texts = texts(golden);
    int[] ids = golden.io().ints("in.input_ids");
    for (int i = 0; i < texts.size(); i++) {
      int[] own = tokenizer.encode(texts.get(i)).ids();
      assertThat(own)
          .containsExactly(Arrays.copyOfRange(ids, i * own.length, (i + 1) * own.length));
    }
  }

  @GoldenTest(GoldenKind.TEXT_STATES)
  void theLastStatesAndThoseBeforeThemAreTransformers(GoldenCase golden) {
    var tower = ClipFolders.readTextStates(golden.folder());
    assertStates(golden, tower, "out.last_hidden_state");
    assertStates(golden, tower.withoutLast(1), "out.clip_skip1");
    assertStates(golden, tower.withoutLast(2), "out.clip_skip2");
  }

  private static void assertStates(GoldenCase golden, ClipTextNetwork tower, String expected) {
    try (var checkpoint = Checkpoint.open(golden.folder(), Checkpoint.TRANSFORMERS)) {
      var names = ClipFolders.manifest(tower).parameters();
      var weights = checkpoint.only(names::containsKey);
      for (var engine : Engines.all()) {
        if (engine.unavailable(Precision.FLOAT32).isEmpty()) {
          var compute = Compute.of(Precision.FLOAT32).withEngine(engine.name());
          try (var model = new ClipTextModel(tokenizer(golden), tower, weights, compute)) {
            var states = model.encode(texts(golden)).stream().map(text -> text.hidden()).toList();
            assertClose(Rows.stack(states), golden.io().floats(expected), TOLERANCE);
          }
        }
      }
    }
  }

  private static ClipTokenizer tokenizer(GoldenCase golden) {
    return UnclipFolder.WORDS.readIn(golden.folder());
  }

  private static List<String> texts(GoldenCase golden) {
    List<String> texts = new ArrayList<>();
    golden.json().get("texts").forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
