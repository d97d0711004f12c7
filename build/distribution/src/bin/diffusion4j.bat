@echo off
rem Runs the command line with the Java that is beside it.
setlocal
set "D4J_HOME=%~dp0.."
if not defined TF_CPP_MIN_LOG_LEVEL set TF_CPP_MIN_LOG_LEVEL=2
rem For a picture of the shipped model, the better code of the second compiler takes longer to make than it saves.
set D4J_BRIEF=
for %%C in (generate vary edit img2img inpaint blend diff upscale glide replay) do if /i "%~1"=="%%C" set D4J_BRIEF=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC
for %%A in (%*) do for %%B in (--model exact) do if /i "%%~A"=="%%B" set D4J_BRIEF=
"%D4J_HOME%\runtime\bin\java.exe" %D4J_BRIEF% -XX:+ExitOnOutOfMemoryError -Djava.awt.headless=true -Dfile.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8 "-Ddiffusion4j.home=%D4J_HOME%" -Ddiffusion4j.terminal=true -cp "%D4J_HOME%\lib\*" io.diffusion4j.cli.Main %*
exit /b %ERRORLEVEL%
