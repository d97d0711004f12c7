package io.diffusion4j.cli.inspect;

import io.diffusion4j.clip.token.Gpt2Tokenizer;
import io.diffusion4j.glide.GlideFolders;
import io.diffusion4j.glide.GlideNetworks;
import io.diffusion4j.nn.Manifest;
import io.diffusion4j.unclip.FolderReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What a folder of GLIDE holds, and what is wrong with it. */
final class GlideReport {
  private GlideReport() {}

  static FolderReport of(Path folder) {
    Map<String, Function<Path, Manifest>> networks = new LinkedHashMap<>();
    networks.put(GlideNetworks.BASE, GlideReport::manifest);
    networks.put(GlideNetworks.UPSAMPLE, GlideReport::manifest);
    return FolderReport.of(
        folder,
        networks,
        Map.of(GlideNetworks.TOKENIZER, GlideReport::tokenizer),
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
