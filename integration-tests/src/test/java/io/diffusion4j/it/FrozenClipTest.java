package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.clip.ClipNetwork;
import io.diffusion4j.clip.ClipTextNetwork;
import io.diffusion4j.clip.ClipVisionNetwork;
import io.diffusion4j.clip.Transformer;
import io.diffusion4j.clip.image.ClipPreprocessor;
import io.diffusion4j.clip.token.BpeTrainer;
import io.diffusion4j.clip.token.ClipTokenizer;
import io.diffusion4j.clip.token.TextNormalization;
import io.diffusion4j.clip.token.TokenizerConfig;
import io.diffusion4j.nn.RandomWeights;
import io.diffusion4j.unclip.training.FrozenClip;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrozenClipTest {
  @ParameterizedTest
  @EnumSource
  void aCopyPreparesPicturesAsItsOriginal(ClipPreprocessor.Fit fit, @TempDir Path folder)
      throws IOException {
    var tokenizer =
        new ClipTokenizer(
            BpeTrainer.ofSize(520).train(Stream.of("a red disc")),
            TokenizerConfig.karlo().withMaxLength(4),
            TextNormalization.HUGGING_FACE);
    var blocks = new Transformer(64, 256, 1, 1, Transformer.Activation.QUICK_GELU, 1e-5);
    var network =
        new ClipNetwork(
            new ClipTextNetwork(blocks, tokenizer.vocabulary().size(), 4, 8),
            new ClipVisionNetwork(blocks, 8, 4, 8));
    Path clip = Files.createDirectories(folder.resolve("clip"));
    ClipFolders.writeModel(clip, network, 0, 1, 2, RandomWeights.of(network, 3), Map.of());
    tokenizer.save(clip);
    var own = new ClipPreprocessor(9, 8, 0.5, List.of(0.1, 0.2, 0.3), List.of(1.0, 1.5, 1.0), fit);
    own.save(clip.resolve("preprocessor_config.json"));
    FrozenClip.copy(clip, folder.resolve("model"));
    Path copy = folder.resolve("model/feature_extractor/preprocessor_config.json");
    assertThat(ClipPreprocessor.load(copy)).isEqualTo(own);
  }
}
