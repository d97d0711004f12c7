package io.diffusion4j.cli.serve;

import com.fasterxml.jackson.annotation.JsonCreator;
import io.diffusion4j.diffusion.spi.ServiceProviders;
import io.diffusion4j.serving.http.HttpModule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An HTTP interface that a server may have besides the contract.
 *
 * @param name the name of one that is on the class path
 */
record Face(String name) {
  private static final List<HttpModule> FOUND = ServiceProviders.of(HttpModule.class);

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  Face(String name) {
    this.name = name.toLowerCase(Locale.ROOT);
    List<String> names = FOUND.stream().map(HttpModule::name).toList();
    if (!names.contains(this.name)) { // the reader of the file names the key
      throw new IllegalArgumentException(
          name + " (expected: one of " + String.join(", ", names) + ")");
    }
  }

  /** Returns all interfaces on the class path. */
  static Set<Face> all() {
    return FOUND.stream()
        .map(module -> new Face(module.name()))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** Returns the module that adds it to a server. */
  HttpModule module() {
    return FOUND.stream().filter(module -> module.name().equals(name)).findFirst().orElseThrow();
  }
}
