package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyFilter;
import io.diffusion4j.serving.ToyService;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Pictures that a filter of the server refuses. */
class RefusedPictureTest extends Page {
  @Override
  ToyService serve(Gate network) {
    var judged = new AtomicInteger();
    return ToyService.onPort(
        network, new ToyFilter(picture -> judged.getAndIncrement() % 2, 0.5, 0.5), new WebModule());
  }

  @Test
  void itsTileIsAccessible() throws IOException, InterruptedException {
    var axe = Axe.install();
    gate.open();
    draw("a red apple", 2);
    browser.find(JOB + ".ended .tile.failed");
    axe.assertAccessible(browser, "a picture is refused");
  }

  @Test
  void aRefusedPictureIsATileThatNamesTheReason() {
    gate.open();
    draw("a red apple", 2);
    browser.awaitText(JOB + ".ended .job-status", "1 picture, 1 refused in ");
    assertThat(browser.all(JOB + " .picture.done")).hasSize(1);
    String reason = browser.find(JOB + " .tile.failed .field-error").getText();
    assertThat(reason).startsWith("refused by a filter: ").contains("toy");
    assertThat(browser.find(JOB + " .tile.failed img").getDomAttribute("alt")).endsWith(reason);
    assertThat(browser.find(JOB + " .tile.failed .tile-open").isEnabled()).isFalse();
  }
}
