@echo off
rem Starts the installed version of Ronda; one that does not start for the first time gives way to the one before.
setlocal
set "HERE=%~dp0"
set /p VERSION=<"%HERE%current.txt"
if exist "%HERE%versions\%VERSION%\started" goto run
"%HERE%versions\%VERSION%\ronda.exe" field diagnose --locked --data "%HERE%versions\%VERSION%\no-data" >nul 2>&1
if not errorlevel 1 (
  type nul > "%HERE%versions\%VERSION%\started"
  goto run
)
if not exist "%HERE%previous.txt" goto run
set /p VERSION=<"%HERE%previous.txt"
>"%HERE%current.txt" echo %VERSION%
echo The newest version does not start; %VERSION% runs instead. Tell your office. 1>&2
:run
set "RONDA_INSTALL=%HERE:~0,-1%"
"%HERE%versions\%VERSION%\ronda.exe" %*
