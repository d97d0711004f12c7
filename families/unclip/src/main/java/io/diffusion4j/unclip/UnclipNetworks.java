package io.diffusion4j.unclip;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.clip.ClipFolders;
import io.diffusion4j.decoder.DecoderFolders;
import io.diffusion4j.decoder.DecoderModel;
import io.diffusion4j.decoder.UpsamplerModel;
import io.diffusion4j.nn.StoredNetwork;
import io.diffusion4j.prior.AutoregressiveModel;
import io.diffusion4j.prior.PriorModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** The networks of a folder by themselves, each under the name of its component. */
final class UnclipNetworks {
  private final Path folder;
  private final List<StoredNetwork> networks = new ArrayList<>();

  private UnclipNetworks(Path folder) {
    this.folder = folder;
  }

  static List<StoredNetwork> of(Path folder) {
    var files = ModelFolder.open(folder);
    files.require(UnclipFolder.required(files.className()).toArray(String[]::new));
    var all = new UnclipNetworks(folder);
    all.add(UnclipFolder.TEXT_ENCODER, ClipFolders::storedText);
    all.add(UnclipFolder.IMAGE_ENCODER, ClipFolders::storedVision);
    all.add(UnclipFolder.PRIOR, PriorModel::stored);
    all.add(UnclipFolder.PRIOR_ECLIPSE, PriorModel::stored);
    all.add(UnclipFolder.PRIOR_AR, AutoregressiveModel::stored);
    int texts = ClipFolders.readText(folder.resolve(UnclipFolder.TEXT_ENCODER)).positions();
    all.add(
        UnclipFolder.TEXT_PROJ, (name, path) -> DecoderModel.storedProjection(name, path, texts));
    int tokens =
        DecoderFolders.readProjection(folder.resolve(UnclipFolder.TEXT_PROJ)).extraTokens();
    all.add(UnclipFolder.DECODER, (name, path) -> DecoderModel.stored(name, path, tokens + texts));
    all.add(UnclipFolder.SUPER_RES_FIRST, UpsamplerModel::stored);
    all.add(UnclipFolder.SUPER_RES_LAST, UpsamplerModel::stored);
    return all.networks;
  }

  private void add(String component, BiFunction<String, Path, StoredNetwork> network) {
    Path path = folder.resolve(component);
    if (Files.isDirectory(path)) {
      networks.add(network.apply(component, path));
    }
  }
}
