package io.diffusion4j.diffusion.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceProvidersTest {
  private static final Logger LOGGER = Logger.getLogger(ServiceProviders.class.getName());

  private final List<String> warnings = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          warnings.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  /** What the registered classes provide. */
  public interface Greeting {
    String text();
  }

  /** A provider that loads. */
  public static final class Hello implements Greeting {
    @Override
    public String text() {
      return "hello";
    }
  }

  /** A provider whose library is missing. */
  public static final class Broken implements Greeting {
    /** Fails as a constructor does that uses a class of an absent jar. */
    public Broken() {
      throw new NoClassDefFoundError("library/Missing");
    }

    @Override
    public String text() {
      return "never";
    }
  }

  @BeforeEach
  void listen() {
    LOGGER.addHandler(handler);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void stopListening() {
    LOGGER.removeHandler(handler);
    LOGGER.setUseParentHandlers(true);
  }

  private static List<String> greetings(Path folder, String... providers) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.write(services.resolve(Greeting.class.getName()), List.of(providers));
    try (var loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, ServiceProvidersTest.class.getClassLoader())) {
      return ServiceProviders.of(Greeting.class, loader).stream().map(Greeting::text).toList();
    }
  }

  @Test
  void findsWhatIsRegistered(@TempDir Path folder) throws IOException {
    assertThat(greetings(folder, Hello.class.getName())).containsExactly("hello");
    assertThat(warnings).isEmpty();
  }

  @Test
  void leavesOutAProviderThatLacksALibraryAndNamesItsJar(@TempDir Path folder) throws IOException {
    assertThat(greetings(folder, Broken.class.getName(), Hello.class.getName()))
        .containsExactly("hello");
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("left out of file:", "test-classes", Broken.class.getName(), "library/Missing")
        .doesNotContain("\n");
  }

  @Test
  void leavesOutAProviderThatIsNotThere(@TempDir Path folder) throws IOException {
    assertThat(greetings(folder, "org.example.Gone", Hello.class.getName()))
        .containsExactly("hello");
    assertThat(warnings).singleElement().asString().contains("org.example.Gone");
  }
}
