package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.NodePrograms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The rules of axe-core for accessible pages. */
final class Axe {
  private static final String PACKAGE = "axe-core";

  private final String script;

  private Axe(String script) {
    this.script = script;
  }

  /** Installs the package, or has the test skipped where it is not to be had. */
  static Axe install() throws IOException, InterruptedException {
    NodePrograms.install(Path.of("src", "test", "js", "web", "package.json"), PACKAGE);
    return new Axe(
        Files.readString(Path.of("target", "js", PACKAGE, "node_modules", PACKAGE, "axe.min.js")));
  }

  /** Fails if the page violates a rule as it is now, on a desk in light or on a phone in dark. */
  void assertAccessible(Browser browser, String state) {
    browser.prefer("light");
    assertThat(violations(browser)).as(state + ", on a desk in light").isEmpty();
    browser.prefer("dark");
    browser.resize(390, 844, 2, true);
    try {
      assertThat(violations(browser)).as(state + ", on a phone in dark").isEmpty();
    } finally {
      browser.driver().executeCdpCommand("Emulation.clearDeviceMetricsOverride", Map.of());
    }
  }

  /** What violates a rule, after the animations that end. */
  List<?> violations(Browser browser) {
    browser.script(script);
    Object found =
        browser.script(
            """
            const ending = document.getAnimations()
              .filter((animation) => animation.effect.getComputedTiming().iterations !== Infinity);
            await Promise.allSettled(ending.map((animation) => animation.finished));
            const { violations } = await axe.run(document, { resultTypes: ['violations'] });
            return violations.flatMap(({ id, nodes }) =>
              nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`));
            """);
    if (found instanceof List<?> violations) {
      return violations;
    }
    throw new IllegalStateException("violations: " + found + " (expected: a list)");
  }
}
