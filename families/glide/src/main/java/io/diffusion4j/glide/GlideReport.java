package io.diffusion4j.glide;

import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.pipeline.FolderReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;

/** Reports the content of a folder of GLIDE and its failures. */
final class GlideReport {
  private GlideReport() {}

  static FolderReport of(Path folder) {
    return FolderReport.of(
        folder,
        List.of(
            FolderReport.Expected.network(GlideNetworks.BASE, GlideReport::manifest),
            FolderReport.Expected.network(GlideNetworks.UPSAMPLE, GlideReport::manifest),
            FolderReport.Expected.files(GlideNetworks.TOKENIZER, GlideReport::tokenizer)),
        List.of(),
        () -> fit(folder));
  }

  private static Manifest manifest(Path network) {
    return GlideFolders.manifest(GlideFolders.read(network));
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
