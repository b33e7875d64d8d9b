# Installs Ronda for the person logged in, without asking and without administrator rights.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File install.ps1 -Releases \\server\ronda -Version 0.2.0 `
#     -ReleaseKey HEX [-Codes codes.csv] [-Machine PC-07] [-Proxy http://proxy:3128]
#
# -Releases: a folder or an https:// address. Through a proxy of the company, only what is named with -Proxy
# or, without it, what Windows itself uses for that address. Exit code 0 means installed; a log is written
# beside the installation, with nothing personal in it.

[CmdletBinding()]
param(
  [Parameter(Mandatory)] [string] $Releases,
  [Parameter(Mandatory)] [ValidatePattern('^\d{1,4}\.\d{1,4}\.\d{1,4}$')] [string] $Version,
  [Parameter(Mandatory)] [ValidatePattern('^[0-9a-fA-F]{64}$')] [string] $ReleaseKey,
  [string] $Codes = '',
  [string] $Machine = $env:COMPUTERNAME,
  [string] $Proxy = '',
  [string] $Into = (Join-Path $env:LOCALAPPDATA 'Programs\Ronda')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
[Net.ServicePointManager]::SecurityProtocol = [Net.SecurityProtocolType]::Tls12

function Get-ProxyFor([string] $Address) {
  if ($Proxy) { return $Proxy }
  $system = [Net.WebRequest]::GetSystemWebProxy()
  $found = $system.GetProxy([Uri] $Address)
  if ($system.IsBypassed([Uri] $Address) -or $found.AbsoluteUri -eq ([Uri] $Address).AbsoluteUri) { return '' }
  return $found.AbsoluteUri
}

function Get-Release([string] $Name, [string] $To) {
  if ($Releases -notlike 'https://*') {
    Copy-Item -LiteralPath (Join-Path $Releases $Name) -Destination $To
    return
  }
  $address = $Releases.TrimEnd('/') + '/' + $Name
  $asked = @{ Uri = $address; OutFile = $To; UseBasicParsing = $true }
  $through = Get-ProxyFor $address
  if ($through) { $asked.Proxy = $through; $asked.ProxyUseDefaultCredentials = $true }
  Invoke-WebRequest @asked
}

New-Item -ItemType Directory -Force -Path $Into | Out-Null
Start-Transcript -Path (Join-Path $Into 'install.log') -Force | Out-Null
try {
  $name = "ronda-$Version-windows-amd64.zip"
  $archive = Join-Path $env:TEMP $name
  $listed = Join-Path $env:TEMP 'ronda-releases.json'
  Get-Release 'releases.json' $listed
  Get-Release $name $archive
  # PowerShell 5 knows no Ed25519: here the list only catches a broken copy. From the first start on the
  # program checks the list's signature itself before it takes anything (`ronda field update`).
  $wanted = (Get-Content -Raw -LiteralPath $listed | ConvertFrom-Json).releases |
    Where-Object { $_.version -eq $Version -and $_.platform -eq 'windows-amd64' }
  if (-not $wanted) { throw "$Version for Windows is not in the list of releases." }
  if ((Get-FileHash -Algorithm SHA256 -LiteralPath $archive).Hash -ne $wanted.sha256) {
    throw "$name is not the file the list speaks of; nothing was installed."
  }

  $place = Join-Path $Into "versions\$Version"
  $part = "$place.part"
  if (Test-Path -LiteralPath $part) { Remove-Item -Recurse -Force -LiteralPath $part }
  Expand-Archive -LiteralPath $archive -DestinationPath $part -Force
  & (Join-Path $part 'ronda.exe') field diagnose --locked --data (Join-Path $part 'no-data') | Out-Null
  if ($LASTEXITCODE -ne 0) { throw "Ronda $Version does not start on this computer; nothing was changed." }
  if (Test-Path -LiteralPath $place) { Remove-Item -Recurse -Force -LiteralPath $place }
  Move-Item -LiteralPath $part -Destination $place

  $settings = Join-Path $Into 'install.json'
  if (-not (Test-Path -LiteralPath $settings)) {
    $through = if ($Releases -like 'https://*') { Get-ProxyFor $Releases } else { $Proxy }
    $said = @{ release_key = $ReleaseKey.ToLower(); source = $Releases; device = [Guid]::NewGuid().ToString('N'); proxy = $through }
    [IO.File]::WriteAllText($settings, ($said | ConvertTo-Json -Compress))
  }
  $current = Join-Path $Into 'current.txt'
  if (Test-Path -LiteralPath $current) { Copy-Item -LiteralPath $current -Destination (Join-Path $Into 'previous.txt') -Force }
  [IO.File]::WriteAllText($current, "$Version`r`n")
  Copy-Item -LiteralPath (Join-Path $PSScriptRoot 'ronda.cmd') -Destination $Into -Force

  $shell = New-Object -ComObject WScript.Shell
  foreach ($folder in @('Programs', 'Desktop')) {
    $link = $shell.CreateShortcut((Join-Path ([Environment]::GetFolderPath($folder)) 'Ronda.lnk'))
    $link.TargetPath = Join-Path $Into 'ronda.cmd'
    $link.Arguments = 'field serve --open'
    $link.WorkingDirectory = $Into
    $link.WindowStyle = 7
    $link.Save()
  }
  if ($Codes) {
    & (Join-Path $Into 'ronda.cmd') field enrol --codes $Codes --machine $Machine --prepare
    if ($LASTEXITCODE -ne 0) { throw "This computer could not be prepared with the file of codes." }
  }
  Write-Output "Installed Ronda $Version in $Into"
  $failed = 0
} catch {
  Write-Output "Ronda was not installed: $_"
  $failed = 1
} finally {
  Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath (Join-Path $env:TEMP "ronda-$Version-windows-amd64.zip")
  Stop-Transcript | Out-Null
}
exit $failed
