package io.diffusion4j.glide;

import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.pipeline.Component;
import io.diffusion4j.pipeline.FolderReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reports the content of a folder of GLIDE and its failures. */
final class GlideReport {
  private GlideReport() {}

  static FolderReport of(Path folder) {
    return FolderReport.of(
        folder,
        List.of(
            network(GlideNetworks.BASE),
            network(GlideNetworks.UPSAMPLE),
            Component.files(GlideNetworks.TOKENIZER, GlideReport::tokenizer)),
        Optional.empty(),
        List.of(),
        () -> fit(folder));
  }

  private static Component<GlideConfig> network(String name) {
    return Component.network(name, GlideFolders::read, GlideFolders::manifest);
  }

  private static Gpt2Tokenizer tokenizer(Path path) {
    try {
      return Gpt2Tokenizer.load(path);
    } catch (IOException e) {
      throw new UncheckedIOException(String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean fit(Path folder) {
    var tokenizer = tokenizer(folder.resolve(GlideNetworks.TOKENIZER));
    for (String name : List.of(GlideNetworks.BASE, GlideNetworks.UPSAMPLE)) {
      GlideFolders.read(folder.resolve(name)).requireFits(tokenizer);
    }
    return GlideNetworks.completes(folder);
  }
}
