package io.diffusion4j.training;

import io.diffusion4j.unclip.KnownWords;
import io.diffusion4j.unclip.UnclipFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The layout of an unCLIP model: one folder, with a folder for each component. */
record UnclipLayout(Path folder) implements ModelLayout {
  @Override
  public Path component(String name) {
    return folder.resolve(name);
  }

  @Override
  public List<String> components() {
    return UnclipFolder.names();
  }

  @Override
  public List<Path> files() {
    return List.of(folder.resolve(KnownWords.FILE));
  }

  @Override
  public Path clip() {
    return folder;
  }

  @Override
  public Path pipeline() {
    return folder;
  }

  @Override
  public boolean trains(Part part) {
    return true;
  }

  @Override
  public Map<String, String> techniques(Part part) {
    return part.scheduler()
        .flatMap(name -> ModelLayout.scheduler(component(name)))
        .map(scheduler -> ModelLayout.predicting(scheduler.parameterization()))
        .orElse(Map.of());
  }

  @Override
  public void writeIndex() {
    UnclipFolder.writeIndex(folder);
  }
}
