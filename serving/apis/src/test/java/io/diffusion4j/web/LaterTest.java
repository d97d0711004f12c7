package io.diffusion4j.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.jobs.JobStore;
import io.diffusion4j.jobs.JobsModule;
import io.diffusion4j.jobs.Webhooks;
import io.diffusion4j.serving.Gate;
import io.diffusion4j.serving.ToyService;
import io.diffusion4j.serving.v1.GenerationJob;
import io.diffusion4j.serving.v1.JobState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests that the server draws without the page. */
class LaterTest extends Page {
  @TempDir private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // opened before each test
  private JobStore store;

  @Override
  ToyService serve(Gate network) {
    store = JobStore.open(folder.resolve("jobs.db"), Duration.ofHours(1));
    return ToyService.onPort(network, new JobsModule(store, Webhooks.none()), new WebModule());
  }

  @AfterEach
  @Override
  void closeTheService() {
    super.closeTheService();
    store.close();
  }

  private void drawLater(String prompt, int count) {
    browser.until(d -> browser.find("#later").isDisplayed());
    browser.find("#later").click();
    draw(prompt, count);
  }

  private List<GenerationJob> jobs() {
    return service.client().jobs().list();
  }

  @Test
  void aRequestIsDrawnWhileThePageIsClosedAndFetchedWhenItIsOpened() throws InterruptedException {
    drawLater("a red apple", 2);
    gate.awaitCall();
    browser.awaitText(JOB + " .job-status", "Starting");
    browser.open("about:blank");
    gate.open();
    service.awaitIdle();
    assertThat(jobs())
        .extracting(GenerationJob::getState)
        .allMatch(JobState.JOB_STATE_SUCCEEDED::equals);
    browser.open("http://127.0.0.1:" + service.port() + "/");
    browser.awaitText(JOB + ".ended .job-status", "2 pictures in ");
    assertThat(browser.find(JOB + " .job-title").getText()).isEqualTo("a red apple");
    String fetched = pixels(JOB + " .picture.done");
    browser.driver().navigate().refresh(); // now they are the browser's
    browser.find("#earlier .tile:nth-child(2) .picture.done");
    assertThat(pixels("#earlier .tile:last-child .picture")).isEqualTo(fetched);
    assertThat(browser.all(".job")).isEmpty();
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void aJobIsCancelledAtTheServer() throws InterruptedException {
    drawLater("a red apple", 1);
    gate.awaitCall();
    browser.find(JOB + " .cancel").click();
    browser.awaitText(JOB + ".ended .job-status", "Cancelled");
    gate.open();
    service.awaitIdle();
    assertThat(jobs())
        .extracting(GenerationJob::getState)
        .containsExactly(JobState.JOB_STATE_CANCELLED);
    browser.driver().navigate().refresh();
    browser.find("#draw:enabled");
    assertThat(browser.all(".job")).isEmpty();
  }

  @Test
  void aJobIsAccessible() throws IOException, InterruptedException {
    var axe = Axe.install();
    drawLater("a red apple", 1);
    gate.awaitCall();
    browser.find(JOB + " .cancel");
    axe.assertAccessible(browser, "a job is drawn");
  }

  @Test
  void whatIsWrongIsToldBeforeAJobIsMade() {
    drawLater("a red apple", 1000);
    browser.awaitText("#composer .field-error", "1000 (expected: 1 to 10)");
    assertThat(browser.all(".job")).isEmpty();
    assertThat(jobs()).isEmpty();
  }
}
